import type { Host, ResponseLike, SocketLike } from '#client/host.ts';

/** A source of chance that repeats itself: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Time as a server has it. */
export interface Clock {
  now(): number;
  set(run: () => void, ms: number): unknown;
  sleep(ms: number): Promise<void>;
}

/** Time that passes only when nothing else happens. */
export class VirtualTime implements Clock {
  #now = Date.parse('2026-11-21T09:00:00.000Z');
  #order = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  set(run: () => void, ms: number): number {
    const id = ++this.#order;
    this.#timers.set(id, { at: this.#now + Math.max(0, ms), run });
    return id;
  }

  clear(id: unknown): void {
    this.#timers.delete(id as number);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.set(resolve, ms));
  }

  /** Lets time pass, each timer at its moment. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await settled();
      let next: number | undefined;
      for (const [id, { at }] of this.#timers)
        if (at <= until && (next === undefined || at < this.#timers.get(next)!.at)) next = id;
      if (next === undefined) break;
      const { at, run } = this.#timers.get(next)!;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, at);
      run();
    }
    this.#now = until;
  }

  /** Lets time pass until something is so; raises when it is not within `ms`. */
  async until(holds: () => boolean, ms = 600_000): Promise<void> {
    const end = this.#now + ms;
    await settled();
    while (!holds()) {
      if (this.#now >= end) throw new Error('it did not come to pass');
      await this.pass(50);
    }
  }
}

/** Everything that needs no time is done. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface Network {
  readonly fetch: (
    url: string,
    request: { method: string; headers: Readonly<Record<string, string>>; body?: unknown },
  ) => Promise<ResponseLike>;
  readonly connect: (url: string, socket: ServerSide) => void;
}

/** The server's end of a socket. */
export class ServerSide {
  readonly client: SocketLike & { readonly [K in 'onopen' | 'onmessage' | 'onclose']: unknown };
  isOpen = false;
  onFrame: (text: string) => void = () => undefined;
  onEnd: () => void = () => undefined;
  #ended = false;

  constructor(client: SocketLike) {
    this.client = client as never;
  }

  open(): void {
    if (this.#ended) return;
    this.isOpen = true;
    (this.client.onopen as ((event: object) => void) | null)?.({});
  }

  send(text: string): void {
    if (this.isOpen) (this.client.onmessage as ((event: object) => void) | null)?.({ data: text });
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.isOpen = false;
    this.onEnd();
    (this.client.onclose as ((event: object) => void) | null)?.({});
  }

  get ended(): boolean {
    return this.#ended;
  }
}

/** A WebSocket of a network. */
export const socketsOf = (network: Network): Host['WebSocket'] =>
  class implements SocketLike {
    onopen = null;
    onmessage = null;
    onclose = null;
    onerror = null;
    readonly #server: ServerSide;

    constructor(url: string) {
      this.#server = new ServerSide(this);
      network.connect(url, this.#server);
    }

    send(data: string): void {
      if (this.#server.isOpen) this.#server.onFrame(data);
    }

    close(): void {
      this.#server.end();
    }
  };

/** A host whose time, chance and network are given. */
export function virtualHost(time: VirtualTime, random: () => number, network: Network, skew = 0): Host {
  return {
    fetch: (url, request) => network.fetch(url, request as never),
    WebSocket: socketsOf(network),
    now: () => time.now() + skew,
    setTimeout: (run, ms) => time.set(run, ms),
    clearTimeout: (timer) => time.clear(timer),
    random,
    randomBytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256)),
  };
}
