import type { Host } from './host.ts';
import type { Timers } from './timers.ts';

/** Milliseconds: between two sayings that one writes, and without a stroke until one no longer does. */
const [AGAIN_MS, STOPPED_MS] = [3_000, 5_000];

interface Writing {
  saidAt: number;
  stop: () => void;
}

/** Says that this user writes, seldom enough, and that they stopped when they do. */
export class Typing {
  readonly #host: Host;
  readonly #timers: Timers;
  readonly #say: (conversationId: string, active: boolean) => void;
  readonly #writing = new Map<string, Writing>();

  constructor(host: Host, timers: Timers, say: (conversationId: string, active: boolean) => void) {
    this.#host = host;
    this.#timers = timers;
    this.#say = say;
  }

  /** A stroke. */
  stroke(conversationId: string): void {
    const now = this.#host.now();
    const writing = this.#writing.get(conversationId);
    writing?.stop();
    const saidAt = writing && now - writing.saidAt < AGAIN_MS ? writing.saidAt : now;
    if (saidAt === now) this.#say(conversationId, true);
    const stop = this.#timers.after(STOPPED_MS, () => this.stopped(conversationId));
    this.#writing.set(conversationId, { saidAt, stop });
  }

  /** They stopped. */
  stopped(conversationId: string): void {
    if (!this.sent(conversationId)) return;
    this.#say(conversationId, false);
  }

  /** The message is sent, which tells it: nothing is said. Whether they wrote. */
  sent(conversationId: string): boolean {
    this.#writing.get(conversationId)?.stop();
    return this.#writing.delete(conversationId);
  }
}
