import type { Message } from '#client/contract.ts';
import type { Host, RequestLike, ResponseLike, SocketLike } from '#client/host.ts';
import { ConnectionLost } from '../cloud/rest.ts';
import type { Socket } from '../cloud/sockets.ts';
import { type Actor, as } from '../engine/stage.ts';
import type { World } from '../world.ts';

const messageIn = (body: unknown): Message | undefined => {
  const message = body as Partial<Message> | null;
  return typeof message?.clientId === 'string' && message.seq !== undefined ? (message as Message) : undefined;
};

/** A device's network, time and chance, as the client takes them: all of them the world's. */
export class Wire {
  readonly #world: World;
  readonly #who: Actor;
  readonly #userId: string;
  readonly #stored: (message: Message) => void;
  readonly #open = new Set<Socket>();
  offline = false;

  /** `stored` is told of every message that the server answers with. */
  constructor(world: World, who: Actor, userId: string, stored: (message: Message) => void) {
    this.#world = world;
    this.#who = who;
    this.#userId = userId;
    this.#stored = stored;
  }

  get host(): Partial<Host> {
    const { clock, chance } = this.#world;
    const open = (url: string): SocketLike => this.#connect(url);
    return {
      fetch: (url, request) => this.#fetch(url, request),
      WebSocket: function WebSocket(url: string) {
        return open(url);
      } as unknown as Host['WebSocket'],
      now: () => Math.floor(clock.now + this.#who.skew),
      setTimeout: (run, ms) => clock.after(ms, () => as(this.#who, run)),
      clearTimeout: (timer) => (timer as { cancel: () => void }).cancel(),
      random: () => chance.real(),
      randomBytes: (count) => {
        const bytes = new Uint8Array(count);
        chance.fill(bytes);
        return bytes;
      },
      onWake: () => () => undefined,
    };
  }

  #fetch(url: string, { method, headers, body, signal }: RequestLike): Promise<ResponseLike> {
    if (this.offline) return Promise.reject(new ConnectionLost('there is no network'));
    const { pathname, search } = new URL(url);
    const text = typeof body === 'string' ? body : undefined;
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new ConnectionLost('it was given up')));
      this.#world.rest
        .request(this.#userId, {
          method,
          path: `${pathname.replace(/^\/v1/, '')}${search}`,
          headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization')),
          body: text,
        })
        .then((reply) => {
          if (this.offline) return reject(new ConnectionLost('the network has gone'));
          if (method === 'POST' && reply.status < 300) {
            const message = messageIn(JSON.parse(reply.body));
            if (message) this.#stored(message);
          }
          resolve({
            status: reply.status,
            headers: { get: (name) => reply.headers[name] ?? null },
            text: async () => reply.body,
          });
        }, reject);
    });
  }

  #connect(url: string): SocketLike {
    const { sockets } = this.#world;
    const like: SocketLike = {
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
      send: (data) => sockets.say(socket, data),
      close: () => {
        this.#open.delete(socket);
        sockets.hangUp(socket);
      },
    };
    const tell = (listener: ((event: never) => void) | null, event: object): void =>
      as(this.#who, () => listener?.(event as never));
    const socket = sockets.connect(url, {
      opened: () => tell(like.onopen, {}),
      heard: (frame) => {
        this.#listen(frame);
        tell(like.onmessage, { data: frame });
      },
      closed: (code) => {
        this.#open.delete(socket);
        tell(like.onclose, { code });
      },
    });
    this.#open.add(socket);
    if (this.offline) this.#world.sockets.vanish(socket);
    return like;
  }

  #listen(frame: string): void {
    const { events } = JSON.parse(frame) as { events: Record<string, unknown>[] };
    for (const event of events) {
      if (event['type'] === 'sync:done') {
        const message = messageIn(event['body']);
        if (message) this.#stored(message);
      }
    }
  }

  /** No network from now on: open sockets are gone without a word to the gateway. */
  cut(): void {
    this.offline = true;
    for (const socket of [...this.#open]) this.#world.sockets.vanish(socket);
    this.#open.clear();
  }
}
