import type { Clock } from './virtual-host.ts';

/** Time as it is, for code that runs on its own. */
export const realTime: Clock = {
  now: () => Date.now(),
  set: (run, ms) => void setTimeout(run, ms),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
