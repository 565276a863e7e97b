import type { Command, Event } from './contract.ts';
import { waitAfter } from './retry.ts';
import type { Store } from './store.ts';
import type { Timers } from './timers.ts';

/** Milliseconds for which acknowledgements of one conversation are gathered. */
const GATHER_MS = { delivered: 2_000, read: 300 } as const;

type Kind = keyof typeof GATHER_MS;

type Mark = (command: Extract<Command, { readonly action: Kind }>) => Promise<unknown>;

/** Says how far this device, and its user, have come: the furthest only, and never back. */
export class Acknowledgements {
  readonly #timers: Timers;
  readonly #store: Store;
  readonly #mark: Mark;
  readonly #said = new Map<string, number>();
  readonly #wanted = new Map<string, number>();
  readonly #waiting = new Set<string>();

  constructor(timers: Timers, store: Store, mark: Mark) {
    this.#timers = timers;
    this.#store = store;
    this.#mark = mark;
  }

  /** What of others was applied on this device has reached it. */
  applied(event: Event): void {
    const { me } = this.#store.state;
    if (event.type === 'message:created' && event.message.senderId !== me && event.message.body.type !== 'system')
      this.say('delivered', event.conversationId, event.seq);
    // Another device was further.
    if (event.type === 'read' && event.userId === me) this.#heard('read', event.conversationId, event.upTo);
    if (event.type === 'delivered' && event.userId === me) this.#heard('delivered', event.conversationId, event.upTo);
  }

  /** The line of a conversation was fetched: its last message is here. */
  shown(conversationId: string): void {
    const line = this.#store.state.conversations[conversationId];
    const last = line?.lastMessage;
    if (line && last && line.unreadCount > 0 && last.senderId !== this.#store.state.me)
      this.say('delivered', conversationId, last.seq);
  }

  say(kind: Kind, conversationId: string, seq: number): void {
    const key = `${kind} ${conversationId}`;
    if (seq <= Math.max(this.#said.get(key) ?? 0, this.#wanted.get(key) ?? 0)) return;
    this.#wanted.set(key, seq);
    // What is read has been delivered.
    if (kind === 'read') this.#heard('delivered', conversationId, seq);
    this.#later(key, GATHER_MS[kind], 0);
  }

  forget(conversationId: string): void {
    for (const kind of Object.keys(GATHER_MS)) {
      this.#wanted.delete(`${kind} ${conversationId}`);
      this.#said.delete(`${kind} ${conversationId}`);
    }
  }

  #heard(kind: Kind, conversationId: string, seq: number): void {
    const key = `${kind} ${conversationId}`;
    this.#said.set(key, Math.max(this.#said.get(key) ?? 0, seq));
  }

  #later(key: string, ms: number, attempt: number): void {
    if (this.#waiting.has(key)) return;
    this.#waiting.add(key);
    this.#timers.after(ms, () => void this.#flush(key, attempt));
  }

  async #flush(key: string, attempt: number): Promise<void> {
    const [kind, conversationId] = key.split(' ') as [Kind, string];
    const seq = this.#wanted.get(key) ?? 0;
    if (seq <= (this.#said.get(key) ?? 0)) {
      this.#waiting.delete(key);
      return;
    }
    let failed = false;
    try {
      await this.#mark({ action: kind, conversationId, seq });
      this.#heard(kind, conversationId, seq);
    } catch (thrown) {
      const { isFinal = false } = thrown as { isFinal?: boolean };
      if (isFinal) this.#heard(kind, conversationId, seq);
      else failed = true;
    }
    this.#waiting.delete(key);
    if (this.#timers.closed) return;
    if (failed) this.#later(key, waitAfter(this.#timers, attempt), attempt + 1);
    else if ((this.#wanted.get(key) ?? 0) > (this.#said.get(key) ?? 0)) this.#later(key, GATHER_MS[kind], 0);
  }
}
