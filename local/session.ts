import { setTimeout as sleep } from 'node:timers/promises';
import { stopChildren } from './command.ts';
import type { Instance } from './instance.ts';
import { type Recorded, running, stop } from './processes.ts';
import { step } from './steps.ts';

/** The exit code of a command that Ctrl-C ended, as shells have it. */
const INTERRUPTED = 130;

/** Resolves at Ctrl-C (SIGINT), SIGTERM or SIGHUP, which then no longer end the process by themselves. */
function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

/**
 * Runs work that may start processes of the instance, and stops those it started (not those that ran before) when the work
 * ends, fails or is interrupted. Work that resolves to `keep` leaves them running. Returns the exit code.
 */
export async function session(
  instance: Instance,
  work: (interrupted: Promise<void>) => Promise<number | 'keep'>,
): Promise<number> {
  const before = running(instance);
  const isNew = ({ pid }: Recorded) => !before.some((other) => other.pid === pid);
  const stopNew = async () => {
    const mine = running(instance).filter(isNew);
    if (mine.length > 0) await step(`Stopping ${mine.map(({ name }) => name).join(', ')}`, () => stop(instance, mine));
  };
  const interrupted = untilInterrupted();
  // Signal handlers do not keep the event loop alive, and the wait for Ctrl-C has nothing else to do.
  const alive = setInterval(() => {}, 60_000);
  try {
    const working = work(interrupted);
    const outcome = await Promise.race([working, interrupted.then(() => INTERRUPTED)]);
    if (outcome === 'keep') return 0;
    stopChildren();
    await stopNew();
    // Interrupted work fails soon, now that what it waits for is gone; until then it may have started one process more.
    await Promise.race([working.catch(() => {}), sleep(2000)]);
    await stopNew();
    return outcome;
  } catch (error) {
    stopChildren();
    await stopNew();
    throw error;
  } finally {
    clearInterval(alive);
  }
}
