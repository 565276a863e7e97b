import { stage } from '../engine/stage.ts';

const nothing = (): void => undefined;

/** Stands for `#runtime/log.ts`: errors are looked at, the rest is not written. */
export const log = {
  info: nothing,
  warn: nothing,
  error: (event: string, error: unknown): void => stage.current?.complain(event, error),
};
