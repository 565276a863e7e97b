import type { Event } from './contract.ts';
import { Conversation } from './conversation.ts';
import { Conversations } from './conversations.ts';
import { Engine } from './engine.ts';
import { ParleyError } from './errors.ts';
import type { Call } from './http.ts';
import type { ParleyOptions } from './options.ts';
import { persistently } from './retry.ts';
import { type MessageContent, type Outgoing, put, type State } from './state.ts';
import type { Upload, UploadOptions } from './upload.ts';

/** A user's conversations, kept up to date on this device. */
export class ParleyClient {
  readonly conversations: Conversations;
  /** Any operation of the API. Raises `ParleyError`. */
  readonly call: Call;
  readonly #engine: Engine;

  constructor(options: ParleyOptions) {
    const engine = new Engine(options);
    this.#engine = engine;
    this.call = engine.call;
    this.conversations = new Conversations({
      state: () => engine.state,
      load: async (cursor) => void (await engine.snapshots.list(cursor)),
      open: (id) => this.#open(id),
    });
  }

  /** Everything that this client shows. It is another object when something of it is. */
  get state(): State {
    return this.#engine.state;
  }

  /** The server's time, milliseconds since 1970. */
  get serverNow(): number {
    return this.#engine.clock.now();
  }

  /** Calls back after each change of the state; answers how to stop that. Fits React's `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => this.#engine.store.subscribe(listener);

  /** Calls back when a part of the state is another; answers how to stop that. */
  select<T>(part: (state: State) => T, listener: (value: T) => void): () => void {
    let last = part(this.state);
    return this.#engine.store.subscribe(() => {
      const value = part(this.state);
      if (Object.is(value, last)) return;
      last = value;
      listener(value);
    });
  }

  /** Events as they are applied, for a loop. Whoever reads them too slowly makes the server wait. */
  events(): AsyncIterableIterator<Event, void, void> {
    return this.#engine.feed.read();
  }

  /**
   * Goes on from where the storage is, then connects, and stays connected until `close`. Done when the list is here; where
   * there is no network, when there is. Raises `ParleyError` where the token is refused.
   */
  async connect(): Promise<void> {
    await this.#engine.start();
    this.#engine.connection.open();
    await this.#engine.online();
    if (this.state.listed === undefined) await persistently(this.#engine.timers, () => this.#engine.snapshots.list());
  }

  /** Ends everything: what was not sent is kept, and sent by the next client on the same storage. */
  close(): Promise<void> {
    return this.#engine.end();
  }

  /** Watches whether users are there, until the returned function is called: those who are on screen. */
  watchPresence(userIds: readonly string[]): () => void {
    return this.#engine.presence.watch(userIds);
  }

  /** Uploads a file; `media` of the state tells what becomes of it. */
  upload(file: Blob, options: UploadOptions): Upload {
    return this.#engine.uploads.start(file, options);
  }

  /** Sends a message that failed once more, as another one. */
  retry(clientId: string): void {
    this.#engine.outbox.again(clientId);
  }

  /** Takes a message away that failed. */
  discard(clientId: string): void {
    this.#engine.outbox.drop(clientId);
  }

  async #open(conversationId: string): Promise<Conversation> {
    await this.#engine.start();
    this.#engine.open.add(conversationId);
    if (!this.state.rooms[conversationId]) await this.#engine.load(conversationId);
    if (!this.state.rooms[conversationId]) {
      this.#engine.open.delete(conversationId);
      const title = 'There is no such conversation, or you are not in it.';
      throw new ParleyError({ status: 404, code: 'conversation.not_found', title });
    }
    return new Conversation(conversationId, {
      state: () => this.state,
      send: (id, draft, parentId) => this.#send(id, draft, parentId),
      react: (messageId, emoji, on) => this.#engine.commands.react(messageId, emoji, on),
      markRead: (id, seq) => this.#markRead(id, seq),
      stroke: (id) => this.#engine.typing.stroke(id),
      stopped: (id) => this.#engine.typing.stopped(id),
      older: (id) => this.#engine.snapshots.older(id),
      close: (id) => this.#closeRoom(id),
    });
  }

  #send(conversationId: string, draft: MessageContent, parentId: string | null): Outgoing {
    this.#engine.typing.sent(conversationId);
    return this.#engine.outbox.add(conversationId, draft, parentId);
  }

  #markRead(conversationId: string, seq: number): void {
    const { me } = this.state;
    this.#engine.acknowledgements.say('read', conversationId, seq);
    if (me !== null) this.#engine.ledger.foresee({ type: 'read', conversationId, userId: me, upTo: seq });
  }

  #closeRoom(conversationId: string): void {
    this.#engine.open.delete(conversationId);
    this.#engine.store.update((state) => ({ ...state, rooms: put(state.rooms, conversationId, undefined) }));
  }
}
