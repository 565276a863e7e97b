import type { Socket } from './socket.ts';
import type { Timers } from './timers.ts';

/** Milliseconds after which the watch is renewed: it ends after ten minutes. */
const RENEW_MS = 8 * 60_000;
/** Milliseconds for which changes of who is on screen are gathered, and users that are watched at most. */
const [GATHER_MS, MOST] = [200, 50];

/** Watches the users who are on screen: those of all parts of the screen together. */
export class Presence {
  readonly #timers: Timers;
  readonly #socket: () => Socket | undefined;
  readonly #watches = new Set<readonly string[]>();
  #cancel: (() => void) | undefined;
  #watched = false;

  constructor(timers: Timers, socket: () => Socket | undefined) {
    this.#timers = timers;
    this.#socket = socket;
  }

  /** Watches users until the returned function is called. */
  watch(userIds: readonly string[]): () => void {
    const watch = [...userIds];
    this.#watches.add(watch);
    this.#later(GATHER_MS);
    return () => {
      if (this.#watches.delete(watch)) this.#later(GATHER_MS);
    };
  }

  /** Another socket is open, which watches nobody yet. */
  resumed(): void {
    this.#watched = false;
    if (this.#watches.size > 0) this.#later(0);
  }

  #later(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#timers.after(ms, () => this.#say());
  }

  #say(): void {
    this.#cancel = undefined;
    const userIds = [...new Set([...this.#watches].flat())].slice(0, MOST);
    if (userIds.length === 0 && !this.#watched) return;
    this.#watched = userIds.length > 0;
    this.#socket()?.tell({ action: 'presence.watch', userIds });
    if (userIds.length > 0) this.#later(RENEW_MS);
  }
}
