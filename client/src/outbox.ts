import type { ServerClock } from './clock.ts';
import { timeOfId } from './clock.ts';
import type { Command, Event, Message } from './contract.ts';
import { asParleyError, type ParleyError } from './errors.ts';
import type { Call } from './http.ts';
import { waitAfter } from './retry.ts';
import { Socket } from './socket.ts';
import type { MessageContent, Outgoing } from './state.ts';
import type { Store } from './store.ts';
import { Closed, type Timers } from './timers.ts';

/** Milliseconds to wait for the answer on a socket. */
const ANSWER_MS = 15_000;
/** Milliseconds by which an id may be ahead of one server and not of another. Beyond it none has stored anything under it. */
const SKEW_MS = 5_000;

/** Where messages go. */
export interface Ways {
  readonly call: Call;
  /** The open socket; undefined while there is none. */
  readonly socket: () => Socket | undefined;
  /** A message was stored: it is an event like those that are told. */
  readonly onStored: (event: Extract<Event, { readonly type: 'message:created' }>) => void;
}

/**
 * Messages of one's own until they are stored: each under an id of its own, again and again until there is an answer, and
 * those of a conversation one after another.
 */
export class Outbox {
  readonly #timers: Timers;
  readonly #clock: ServerClock;
  readonly #store: Store;
  readonly #ways: Ways;
  readonly #underWay = new Set<string>();
  readonly #wake = new Map<string, () => void>();

  constructor(timers: Timers, clock: ServerClock, store: Store, ways: Ways) {
    this.#timers = timers;
    this.#clock = clock;
    this.#store = store;
    this.#ways = ways;
  }

  /** Takes a message; it goes out as soon as it can. */
  add(conversationId: string, draft: MessageContent, parentId: string | null = null): Outgoing {
    const outgoing: Outgoing = {
      clientId: this.#clock.mint(),
      conversationId,
      draft,
      parentId,
      state: 'pending',
      error: null,
      at: new Date(this.#clock.now()).toISOString(),
    };
    this.#store.update((state) => ({ ...state, outbox: [...state.outbox, outgoing] }));
    this.go();
    return outgoing;
  }

  /** Sends what failed once more, as another message. */
  again(clientId: string): void {
    const failed = this.#find(clientId);
    if (failed?.state !== 'failed') return;
    this.#change(clientId, () => ({ ...failed, clientId: this.#clock.mint(), state: 'pending', error: null }));
    this.go();
  }

  /** Takes away what failed. */
  drop(clientId: string): void {
    if (this.#find(clientId)?.state === 'failed') this.#change(clientId, () => undefined);
  }

  /** The network has come back: nothing waits any longer. */
  wake(): void {
    for (const wake of this.#wake.values()) wake();
    this.go();
  }

  /** Sends whatever waits, each conversation by itself. */
  go(): void {
    for (const { conversationId, state } of this.#store.state.outbox)
      if (state === 'pending' && !this.#underWay.has(conversationId)) void this.#drain(conversationId);
  }

  /** What was sent is shown from now on as what it became. */
  applied(event: Event): void {
    if (event.type !== 'message:created' || event.message.clientId === null) return;
    const { clientId, senderId } = event.message;
    if (senderId === this.#store.state.me && this.#find(clientId)) this.#change(clientId, () => undefined);
  }

  async #drain(conversationId: string): Promise<void> {
    this.#underWay.add(conversationId);
    try {
      for (let attempt = 0; ; ) {
        const next = this.#store.state.outbox.find(
          (one) => one.conversationId === conversationId && one.state === 'pending',
        );
        if (!next) return;
        const error = await this.#send(next, attempt);
        if (!error) attempt = 0;
        else await this.#pause(conversationId, waitAfter(this.#timers, attempt++, error));
      }
    } catch (error) {
      if (!(error instanceof Closed)) throw error;
    } finally {
      this.#underWay.delete(conversationId);
    }
  }

  /** One attempt. Answers the error after which it is tried again. */
  async #send(outgoing: Outgoing, attempt: number): Promise<ParleyError | undefined> {
    const { clientId, conversationId } = outgoing;
    try {
      const message = await this.#carry(outgoing, attempt);
      this.#change(clientId, (one) => ({ ...one, state: 'sent' }));
      this.#ways.onStored({ type: 'message:created', conversationId, seq: message.seq, message });
      // A conversation that is not open shows nothing that is not stored.
      if (!this.#store.state.rooms[conversationId]) this.#change(clientId, () => undefined);
      return undefined;
    } catch (thrown) {
      if (this.#timers.closed) throw new Closed();
      const error = asParleyError(thrown);
      if (error.code === 'message.client_id_ahead') return this.#ahead(outgoing, error);
      if (!error.isFinal) return error;
      this.#change(clientId, (one) => ({ ...one, state: 'failed', error: error.problem }));
      return undefined;
    }
  }

  async #carry({ clientId, conversationId, draft, parentId }: Outgoing, attempt: number): Promise<Message> {
    if (parentId !== null) return this.#ways.call('replyToMessage', { messageId: parentId, clientId, ...draft });
    const command: Command = { action: 'message.send', conversationId, clientId, ...draft };
    const socket = this.#ways.socket();
    // After a silence the other way is tried.
    if (!socket || attempt % 2 === 1 || !Socket.fits(command))
      return this.#ways.call('sendMessage', { conversationId, clientId, ...draft });
    const { body } = await socket.ask<'sync:done'>(command, ANSWER_MS);
    return body as Message;
  }

  /** The id is ahead of the server: a little, and it is waited for; far, and nothing was stored under it, so it gets another. */
  #ahead(outgoing: Outgoing, error: ParleyError): ParleyError | undefined {
    const { serverTime } = error.problem.details ?? {};
    const at = Date.parse(String(serverTime));
    if (!Number.isNaN(at)) this.#clock.correct(at);
    const ahead = timeOfId(outgoing.clientId) - this.#clock.now();
    if (ahead <= SKEW_MS) return error;
    this.#change(outgoing.clientId, (one) => ({ ...one, clientId: this.#clock.mint() }));
    return undefined;
  }

  #pause(conversationId: string, ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        this.#wake.delete(conversationId);
        cancel();
        resolve();
      };
      const cancel = this.#timers.after(ms, go, () => reject(new Closed()));
      this.#wake.set(conversationId, go);
    });
  }

  #find(clientId: string): Outgoing | undefined {
    return this.#store.state.outbox.find((one) => one.clientId === clientId);
  }

  #change(clientId: string, change: (outgoing: Outgoing) => Outgoing | undefined): void {
    this.#store.update((state) => ({
      ...state,
      outbox: state.outbox.flatMap((one) => (one.clientId === clientId ? (change(one) ?? []) : [one])),
    }));
  }
}
