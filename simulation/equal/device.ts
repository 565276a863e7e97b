import { ParleyClient } from '#client/client.ts';
import type { Conversation } from '#client/conversation.ts';
import { ParleyError } from '#client/errors.ts';
import { MemoryStorage } from '#client/storage.ts';
import type { Ears, Ground, Owner, Way } from './ground.ts';

/** The device is switched off. */
export class Off extends Error {
  override readonly name = 'Off';
}

/** One device: a client program that comes and goes, on a storage that stays. */
export class Device {
  readonly owner: Owner;
  readonly #ground: Ground;
  readonly #storage = new MemoryStorage();
  readonly #ears: Ears;
  /** Conversations that its user looks at. */
  readonly wanted = new Set<string>();
  readonly #watched: string[] = [];
  #way: Way | undefined;
  #client: ParleyClient | undefined;
  #unwatch: (() => void) | undefined;

  constructor(ground: Ground, owner: Owner, ears: Ears) {
    this.#ground = ground;
    this.owner = owner;
    this.#ears = ears;
  }

  get userId(): string {
    return this.owner.userId;
  }

  get client(): ParleyClient {
    if (!this.#client) throw new Off();
    return this.#client;
  }

  get isOn(): boolean {
    return this.#client !== undefined;
  }

  /** Users whose presence is watched. */
  get watched(): readonly string[] {
    return this.#watched;
  }

  /** Starts the program; done when the list is here. */
  async start(): Promise<void> {
    this.#way = this.#ground.way(this.owner, this.#ears);
    const { url, host, getToken } = this.#way;
    const client = new ParleyClient({ url, host, getToken, userId: this.userId, storage: this.#storage });
    this.#client = client;
    await client.connect();
    this.#look();
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#unwatch = undefined;
    await client?.close();
  }

  cut(unnoticed: boolean): void {
    this.#way?.cut(unnoticed);
  }

  wake(): void {
    this.#way?.wake();
  }

  watch(userIds: readonly string[]): void {
    this.#watched.splice(0, this.#watched.length, ...userIds);
    this.#look();
  }

  #look(): void {
    this.#unwatch?.();
    this.#unwatch = this.#watched.length > 0 ? this.#client?.watchPresence([...this.#watched]) : undefined;
  }

  /** Opens a conversation; undefined where its user is not in it. */
  async open(conversationId: string): Promise<Conversation | undefined> {
    this.wanted.add(conversationId);
    return this.opened(conversationId);
  }

  /** A conversation that its user looks at; undefined where they do not, or may not. */
  async opened(conversationId: string): Promise<Conversation | undefined> {
    if (!this.wanted.has(conversationId)) return undefined;
    try {
      return await this.client.conversations.open(conversationId);
    } catch (error) {
      if (error instanceof ParleyError && error.isFinal) return undefined;
      throw error;
    }
  }
}
