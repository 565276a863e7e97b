import type { Host, RequestLike, ResponseLike, SocketLike } from '#client/host.ts';
import type { Socket } from '../cloud/sockets.ts';
import { type Actor, as } from '../engine/stage.ts';
import type { World } from '../world.ts';

/** Where the clients of a world find its API, and where they put files. */
export const [API, UPLOADS] = ['https://api.sim', 'https://uploads.sim'];

/** Who listens to what goes over a client's sockets, both ways. */
export interface Overheard {
  readonly heard: (frame: string) => void;
  readonly said: (frame: string) => void;
}

type Handler = ((event: never) => void) | null;

/** A client's end of a world's socket, as a WebSocket. */
class WorldSocket implements SocketLike {
  onopen: Handler = null;
  onmessage: Handler = null;
  onclose: Handler = null;
  onerror: Handler = null;
  readonly #line: Line;
  readonly #socket: Socket;

  constructor(line: Line, url: string) {
    this.#line = line;
    this.#socket = line.world.sockets.connect(url, {
      opened: () => this.#tell(this.onopen, {}),
      heard: (frame) => {
        line.overheard.heard(frame);
        this.#tell(this.onmessage, { data: frame });
      },
      closed: (code) => {
        line.open.delete(this.#socket);
        this.#tell(this.onclose, { code });
      },
    });
    line.open.add(this.#socket);
  }

  #tell(handler: Handler, event: object): void {
    if (handler) as(this.#line.who, () => (handler as (event: object) => void)(event));
  }

  send(frame: string): void {
    this.#line.overheard.said(frame);
    this.#line.world.sockets.say(this.#socket, frame);
  }

  close(): void {
    this.#line.open.delete(this.#socket);
    this.#line.world.sockets.hangUp(this.#socket);
  }
}

/** The way between one client program and a world: what the client takes for network, time and chance. */
export class Line {
  readonly world: World;
  readonly who: Actor;
  readonly overheard: Overheard;
  readonly host: Host;
  readonly open = new Set<Socket>();
  readonly #wakers = new Set<() => void>();
  readonly #userId: string;
  readonly #roles: string;

  constructor(
    world: World,
    userId: string,
    { who, overheard, roles = 'user' }: { readonly who: Actor; readonly overheard: Overheard; readonly roles?: string },
  ) {
    this.world = world;
    this.who = who;
    this.overheard = overheard;
    this.#userId = userId;
    this.#roles = roles;
    const { clock, chance } = world;
    const line = this;
    this.host = {
      fetch: (url, request) => this.#fetch(url, request),
      WebSocket: class extends WorldSocket {
        constructor(url: string) {
          super(line, url);
        }
      },
      now: () => Math.floor(clock.now + who.skew),
      setTimeout: (run, ms) => clock.after(ms, () => as(who, run)),
      clearTimeout: (timer) => (timer as { readonly cancel: () => void }).cancel(),
      random: () => chance.real(),
      randomBytes: (count) => {
        const bytes = new Uint8Array(count);
        chance.fill(bytes);
        return bytes;
      },
      onWake: (run) => {
        this.#wakers.add(run);
        return () => this.#wakers.delete(run);
      },
    };
  }

  async #fetch(url: string, { method, headers, body }: RequestLike): Promise<ResponseLike> {
    if (url.startsWith(UPLOADS)) return this.#upload(url);
    const reply = await this.world.rest.request(this.#userId, {
      method,
      path: url.slice(API.length),
      headers,
      roles: this.#roles,
      ...(typeof body === 'string' ? { body } : {}),
    });
    return {
      status: reply.status,
      headers: { get: (name) => reply.headers[name] ?? null },
      text: async () => reply.body,
    };
  }

  async #upload(url: string): Promise<ResponseLike> {
    this.world.uploads.arrive(new URL(url).pathname.slice(1));
    return { status: 204, headers: { get: () => null }, text: async () => '' };
  }

  /** Whoever looks at it has come back. */
  wake(): void {
    for (const run of this.#wakers) as(this.who, run);
  }

  /** All its sockets end: both ends know, or with `vanish` the gateway does not. */
  cut(vanish: boolean): void {
    for (const socket of this.open)
      if (vanish) this.world.sockets.vanish(socket);
      else this.world.sockets.close(socket, 1001);
  }
}
