import { AsyncLocalStorage } from 'node:async_hooks';
import type { SignedAnswer, SignedRequest } from '#aws/signed-fetch.ts';
import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';

/** Somebody whose code runs: a function, or a client's program. */
export interface Actor {
  readonly name: string;
  /** How far its clock is off (ms). */
  readonly skew: number;
  /** Nothing it waits for ever comes: it was killed, or ran out of time. */
  dead: boolean;
  /** What its modules remember, by the module's own map. */
  readonly memory: Map<object, Map<unknown, unknown>>;
  /** Kills it. */
  die: () => void;
}

/** What the shipped code reaches when it looks at a clock, rolls dice or calls AWS. */
export interface Stage {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly ask: (request: SignedRequest) => Promise<SignedAnswer>;
  /** Something that shipped code logged as an error. */
  readonly complain: (event: string, error: unknown) => void;
}

/** One stage at a time in a process. */
export const stage: { current: Stage | undefined } = { current: undefined };

const running = new AsyncLocalStorage<Actor>();

/** Whose code runs now. */
export const actor = (): Actor | undefined => running.getStore();

/** Runs a task, and all that follows from it, as somebody. */
export const as = <T>(who: Actor, task: () => T): T => running.run(who, task);
