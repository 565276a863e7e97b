import { ParleyClient } from '#client/client.ts';
import type { Event, Message } from '#client/contract.ts';
import type { State } from '#client/state.ts';
import { MemoryStorage } from '#client/storage.ts';
import { type Actor, as } from '../engine/stage.ts';
import { Violation, type Written } from '../history.ts';
import type { World } from '../world.ts';
import { Wire } from './wire.ts';

const API = 'https://api.sim/v1';

/** One device of a user with the client on it, as it is published. */
export class Device {
  readonly userId: string;
  readonly who: Actor;
  readonly #world: World;
  readonly #wire: Wire;
  readonly #storage = new MemoryStorage();
  #client: ParleyClient;
  #running = true;
  /** What was written here, by the client id under which it was first to go out. */
  readonly #written = new Map<string, Written>();
  #applied = new Map<string, number>();

  constructor(world: World, userId: string, name: string) {
    this.#world = world;
    this.userId = userId;
    const skew = world.faults.knows('clock off') ? world.chance.between(-3_600_000, 3_600_000) : 0;
    this.who = { name, skew, dead: false, memory: new Map(), die: () => undefined };
    this.#wire = new Wire(world, this.who, userId, (message) => this.#stored(message));
    this.#client = this.#start();
  }

  #start(): ParleyClient {
    const { userId } = this;
    return new ParleyClient({
      ...{ url: API, userId, storage: this.#storage, host: this.#wire.host },
      getToken: () => 'token',
    });
  }

  get state(): State {
    return this.#client.state;
  }

  get online(): boolean {
    return this.state.connection.phase === 'online';
  }

  /** Whether something that was written here is still to be sent. */
  get sending(): boolean {
    return !this.#running || this.state.outbox.some(({ state }) => state === 'pending');
  }

  get offline(): boolean {
    return this.#wire.offline;
  }

  /** A client id on the server's time, as far as it is known. */
  mint(): string {
    const bytes = Buffer.alloc(16);
    this.#world.chance.fill(bytes);
    bytes.writeUIntBE(Math.max(0, Math.floor(this.#client.serverNow)), 0, 6);
    bytes[6] = 0x70 | (bytes[6]! & 0x0f);
    bytes[8] = 0x80 | (bytes[8]! & 0x3f);
    return bytes.toString('base64url');
  }

  /** Connects and opens conversations, in whatever order they can be. */
  connect(): void {
    as(this.who, () => {
      void this.#watch(this.#client);
      this.#client.connect().catch(() => undefined);
      for (const id of this.#world.conversations) this.open(id);
    });
  }

  /** Opens a conversation, where it can be opened. */
  open(conversationId: string): void {
    as(this.who, () => void this.#client.conversations.open(conversationId).catch(() => undefined));
  }

  /** Opens those conversations that are not open. */
  openAll(): void {
    for (const id of this.#world.conversations) if (!this.state.rooms[id]) this.open(id);
  }

  end(): Promise<void> {
    return as(this.who, () => this.#client.close());
  }

  async #watch(client: ParleyClient): Promise<void> {
    this.#applied = new Map();
    for await (const event of client.events()) if (client === this.#client) this.#apply(event);
  }

  #apply(event: Event): void {
    this.#world.step('applies', `${this.who.name} ${event.type} ${'seq' in event ? event.seq : ''}`);
    if (!('conversationId' in event) || !('seq' in event) || event.seq === undefined || event.type === 'receipts')
      return;
    const last = this.#applied.get(event.conversationId) ?? 0;
    if (event.seq <= last)
      this.#world.violate(
        new Violation(
          'I1 a client applies in order',
          `${this.who.name} ${event.conversationId}: ${event.seq} after ${last}`,
        ),
      );
    this.#applied.set(event.conversationId, event.seq);
  }

  /** Writes a text where the conversation is open; the client sees to it that it is sent. */
  write(conversationId: string, text: string): void {
    if (!this.state.rooms[conversationId]) this.open(conversationId);
    if (!this.#running || !this.state.rooms[conversationId]) return;
    as(
      this.who,
      () =>
        void this.#client.conversations.open(conversationId).then((conversation) => {
          if (!this.#running) return;
          const { clientId } = conversation.send(text);
          this.#written.set(clientId, { conversationId, text });
          this.#world.step('writes', `${this.who.name} ${conversationId} ${clientId}`);
          this.#world.history.written.push({ conversationId, text });
        }),
    );
  }

  /** The newest messages of a conversation that are shown. */
  newest(conversationId: string, most: number): readonly Message[] {
    return (this.state.rooms[conversationId]?.messages ?? []).slice(-most);
  }

  /** What was written here and is neither on its way nor `stored`: client ids and texts of all logs. */
  lost(stored: ReadonlySet<string>): Written[] {
    const waiting = this.state.outbox.flatMap(({ clientId, draft: { body } }) => [
      clientId,
      body.type === 'text' ? body.text : '',
    ]);
    const known = (name: string): boolean => stored.has(name) || waiting.includes(name);
    return [...this.#written].filter(([id, { text }]) => !known(id) && !known(text)).map(([, written]) => written);
  }

  #stored(message: Message): void {
    const { id, seq, createdAt, clientId, conversationId, senderId } = message;
    if (senderId !== this.userId || clientId === null) return;
    try {
      const author = this.userId;
      this.#world.history.acknowledge({ conversationId, author, clientId, seq, messageId: id, createdAt });
    } catch (error) {
      this.#world.violate(error as Violation);
    }
  }

  /** Without a network for a while. */
  goOffline(ms: number): void {
    if (this.offline) return;
    this.#world.step('goes offline', this.who.name);
    this.#wire.cut();
    void this.#world.away(ms).then(() => {
      this.#wire.offline = false;
    });
  }

  /** The program ends, kindly or not, and another one goes on from what is kept. */
  async restart(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    const { chance, clock, step } = this.#world;
    step('restarts', this.who.name);
    await as(this.who, () => this.#client.close());
    await clock.wait(chance.spread(10, 60_000));
    this.#client = this.#start();
    this.#running = true;
    this.connect();
  }
}
