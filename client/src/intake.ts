import type { Event } from './contract.ts';
import type { Timers } from './timers.ts';

/** Events that may wait before the server is asked to stop, that may wait when it goes on, and that are applied at once. */
const [MOST_WAITING, FEW_WAITING, SLICE] = [256, 64, 128];

export interface Ways {
  readonly apply: (events: readonly Event[]) => void;
  /** Events that were applied and that some reader has not taken. */
  readonly untaken: () => number;
  readonly pause: () => void;
  readonly resume: () => void;
}

/** What comes in waits here, and is applied a slice at a time; a client that falls behind asks the server to stop. */
export class Intake {
  readonly #timers: Timers;
  readonly #ways: Ways;
  #waiting: Event[] = [];
  #draining = false;
  #paused = false;

  constructor(timers: Timers, ways: Ways) {
    this.#timers = timers;
    this.#ways = ways;
  }

  /** Whether the server was asked to stop. */
  get isPaused(): boolean {
    return this.#paused;
  }

  push(events: readonly Event[]): void {
    this.#waiting.push(...events);
    if (!this.#draining) this.#drain();
    this.look();
  }

  /** Looks whether the server is to stop, or may go on. */
  look(): void {
    const behind = this.#waiting.length + this.#ways.untaken();
    if (!this.#paused && behind > MOST_WAITING) {
      this.#paused = true;
      this.#ways.pause();
    } else if (this.#paused && behind <= FEW_WAITING) {
      this.#paused = false;
      this.#ways.resume();
    }
  }

  /** A socket has resumed, which ends a pause: it is asked again where that is too early. */
  resumed(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.look();
  }

  #drain(): void {
    const slice = this.#waiting.slice(0, SLICE);
    this.#waiting = this.#waiting.slice(SLICE);
    this.#ways.apply(slice);
    this.#draining = this.#waiting.length > 0;
    if (this.#draining)
      this.#timers.after(0, () => {
        this.#drain();
        this.look();
      });
  }
}
