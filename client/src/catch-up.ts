import type { Event } from './contract.ts';
import { asParleyError } from './errors.ts';
import type { LogEvent } from './log.ts';
import { persistently, waitAfter } from './retry.ts';
import type { Reading, Snapshots } from './snapshots.ts';

/** Milliseconds for which a gap may close by itself, and events of one page. */
const [PATIENCE_MS, PAGE] = [700, 200];

/**
 * Fetches what is missing: the events of an open conversation, the line of another one. A gap is given a moment: what is
 * missing may be on its way, or its number still be without a message.
 */
export class CatchUp {
  readonly #to: Reading;
  readonly #snapshots: Snapshots;
  readonly #isPaused: () => boolean;
  readonly #waiting = new Map<string, () => void>();
  readonly #running = new Set<string>();

  /** `isPaused`: the server was asked to stop. Then nothing is fetched; what it tells when it goes on looks again. */
  constructor(to: Reading, snapshots: Snapshots, isPaused: () => boolean) {
    this.#to = to;
    this.#snapshots = snapshots;
    this.#isPaused = isPaused;
  }

  /** Looks whether something is missing, and fetches it: in a moment, or at once. */
  look(conversationId: string, { atOnce = false, attempt = 0 } = {}): void {
    if (!this.#lacks(conversationId) || this.#running.has(conversationId)) return;
    const { timers } = this.#to;
    if (atOnce) this.#waiting.get(conversationId)?.();
    else if (this.#waiting.has(conversationId)) return;
    const ms = atOnce ? 0 : attempt === 0 ? timers.jittered(PATIENCE_MS) : waitAfter(timers, attempt);
    const cancel = timers.after(ms, () => {
      this.#waiting.delete(conversationId);
      void this.#run(conversationId, attempt);
    });
    this.#waiting.set(conversationId, cancel);
  }

  #lacks(conversationId: string): boolean {
    const { logs, store } = this.#to;
    const log = logs.get(conversationId);
    if (this.#isPaused()) return false;
    return log !== undefined && !log.isHeld && (log.behind || !store.state.conversations[conversationId]);
  }

  async #run(conversationId: string, attempt: number): Promise<void> {
    const { logs, store, timers } = this.#to;
    if (!this.#lacks(conversationId)) return;
    this.#running.add(conversationId);
    const before = logs.get(conversationId)?.cursor;
    try {
      await (store.state.rooms[conversationId] ? this.#pull(conversationId) : this.#snapshots.line(conversationId));
    } catch {
      // Refused for good, or closed: what comes next looks again.
    }
    this.#running.delete(conversationId);
    if (timers.closed) return;
    const moved = logs.get(conversationId)?.cursor !== before;
    this.look(conversationId, { attempt: moved ? 0 : attempt + 1 });
  }

  /** The events after the cursor, page by page. */
  async #pull(conversationId: string): Promise<void> {
    const { call, timers, store, ledger, logs } = this.#to;
    for (;;) {
      const log = logs.get(conversationId);
      if (!log || log.isHeld) return;
      const after = log.cursor;
      const page = await persistently(timers, () => call('listEvents', { conversationId, after, limit: PAGE })).catch(
        (error: unknown) => {
          if (asParleyError(error).status !== 404) throw error;
          return undefined;
        },
      );
      if (logs.get(conversationId) !== log || log.isHeld) return;
      // It was left: its line says so.
      if (!page) return this.#snapshots.line(conversationId);
      if (page.reset) return this.#snapshots.room(conversationId, page.seq);
      store.batch(() => {
        for (const event of page.events) ledger.apply(isOfLog(event) ? log.accept(event) : [event]);
        ledger.apply(log.reached(page.seq));
        ledger.apply([{ type: 'sync:at', conversationId, seq: page.seq }]);
      });
      if (!page.more || this.#isPaused()) return;
    }
  }
}

/** Whether an event takes a number of its conversation's log; what follows a reply bears the reply's. */
export const isOfLog = (event: Event): event is LogEvent =>
  'conversationId' in event &&
  'seq' in event &&
  event.seq !== undefined &&
  !event.type.startsWith('sync:') &&
  !event.type.startsWith('thread:') &&
  event.type !== 'receipts' &&
  event.type !== 'conversation:purged';
