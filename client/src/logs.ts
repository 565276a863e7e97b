import { Log } from './log.ts';

/** How far the log of each conversation has come that this client knows of. */
export class Logs {
  readonly #logs = new Map<string, Log>();
  /** Purged conversations: whatever else of them arrives is ignored. */
  readonly #purged = new Set<string>();

  get(conversationId: string): Log | undefined {
    return this.#logs.get(conversationId);
  }

  /** The log of a conversation, which begins at 0 where nothing is known of it. */
  at(conversationId: string): Log {
    const known = this.#logs.get(conversationId);
    if (known) return known;
    const log = new Log(0);
    this.#logs.set(conversationId, log);
    return log;
  }

  isPurged(conversationId: string): boolean {
    return this.#purged.has(conversationId);
  }

  forget(conversationId: string, purged = false): void {
    this.#logs.delete(conversationId);
    if (purged) this.#purged.add(conversationId);
  }

  /** What is to be kept: of each conversation, the last number applied and the greatest known. */
  kept(): Record<string, readonly [cursor: number, seen: number]> {
    return Object.fromEntries([...this.#logs].map(([id, { cursor, seen }]) => [id, [cursor, seen]]));
  }

  restore(kept: Readonly<Record<string, readonly [cursor: number, seen: number]>>): void {
    for (const [id, [cursor, seen]] of Object.entries(kept)) this.#logs.set(id, new Log(cursor, seen));
  }

  get ids(): string[] {
    return [...this.#logs.keys()];
  }
}
