import type { ServerClock } from './clock.ts';
import type { Command, Event } from './contract.ts';
import { asParleyError } from './errors.ts';
import type { Host } from './host.ts';
import type { Call } from './http.ts';
import { waitAfter } from './retry.ts';
import { Socket } from './socket.ts';
import type { ConnectionState } from './state.ts';
import type { Timers } from './timers.ts';

/** Milliseconds: between pings at most, for a socket to open, for an answer, for the last answers of a socket that is replaced. */
const [PING_MS, OPEN_MS, ANSWER_MS, RETIRE_MS] = [9 * 60_000, 10_000, 15_000, 5_000];
/** Milliseconds for which a client waits at most before it replaces a socket that ended by itself: all may have ended at once. */
const FIRST_WAIT_MS = 1_000;

type Resumed = Extract<Event, { readonly type: 'sync:resumed' }>;

/** What a connection is for. */
export interface Listening {
  /** The `resume` of now, with this client's cursors. */
  readonly resumeCommand: () => Extract<Command, { readonly action: 'resume' }>;
  /** The user's cursor, for a ping. */
  readonly since: () => string | undefined;
  readonly receive: (events: readonly Event[]) => void;
  /** `away`: there was a time without a socket. */
  readonly onResumed: (away: boolean) => void;
  readonly onState: (state: ConnectionState) => void;
}

/**
 * Keeps a socket open: one that ends is replaced after a while, one whose time is nearly over is replaced first and closed
 * then, and one that does not answer a ping has ended.
 */
export class Connection {
  readonly #host: Host;
  readonly #timers: Timers;
  readonly #call: Call;
  readonly #clock: ServerClock;
  readonly #deviceId: () => string;
  readonly #listening: Listening;
  #socket: Socket | undefined;
  #wanted = false;
  #opening = false;
  #attempt = 0;
  #cancel: (() => void)[] = [];

  constructor(
    {
      host,
      timers,
      call,
      clock,
      deviceId,
    }: {
      readonly host: Host;
      readonly timers: Timers;
      readonly call: Call;
      readonly clock: ServerClock;
      readonly deviceId: () => string;
    },
    listening: Listening,
  ) {
    this.#host = host;
    this.#timers = timers;
    this.#call = call;
    this.#clock = clock;
    this.#deviceId = deviceId;
    this.#listening = listening;
  }

  /** The socket that is open and has resumed. */
  get socket(): Socket | undefined {
    return this.#socket?.isOpen ? this.#socket : undefined;
  }

  open(): void {
    this.#wanted = true;
    if (!this.#socket) void this.#replace();
  }

  close(): void {
    this.#wanted = false;
    this.#stopTimers();
    this.#socket?.close();
    this.#socket = undefined;
    this.#listening.onState({ phase: 'offline', error: null });
  }

  /** The network or the page has come back: looks at once whether the socket still lives. */
  wake(): void {
    if (!this.#wanted) return;
    if (this.socket) void this.#ping();
    else void this.#replace();
  }

  /** Opens another socket, then closes this one. */
  renew(): void {
    if (this.#wanted) void this.#replace();
  }

  /** Says `resume` on the open socket: what was missed is told. */
  async resume(): Promise<Resumed | undefined> {
    const { socket } = this;
    if (!socket) return undefined;
    try {
      return await this.#resumeOn(socket);
    } catch (thrown) {
      // A refusal is no end of the socket; silence is.
      if (asParleyError(thrown).status === 0 && socket === this.#socket) this.#lost(socket);
      return undefined;
    }
  }

  #resumeOn(socket: Socket): Promise<Resumed> {
    return this.#answered(socket.ask<'sync:resumed'>(this.#listening.resumeCommand(), 2 * ANSWER_MS));
  }

  async #answered<T extends { readonly serverTime: string }>(answer: Promise<T>): Promise<T> {
    const askedAt = this.#host.now();
    const told = await answer;
    this.#clock.learn(told.serverTime, askedAt);
    return told;
  }

  async #replace(): Promise<void> {
    if (this.#opening || this.#timers.closed) return;
    this.#opening = true;
    this.#stopTimers();
    const before = this.socket;
    if (!before) this.#listening.onState({ phase: 'connecting', error: null });
    try {
      const [socket, { reconnectAt }] = await this.#opened();
      this.#opening = false;
      if (!this.#wanted) return socket.close();
      this.#stopTimers();
      this.#attempt = 0;
      this.#socket = socket;
      if (before) this.#retire(before);
      if (!socket.isOpen) return this.#lost(socket);
      this.#listening.onState({ phase: 'online', error: null });
      this.#after(Math.max(1_000, Date.parse(reconnectAt) - this.#clock.now()), () => void this.#replace());
      this.#pingLater();
      this.#listening.onResumed(before === undefined);
    } catch (thrown) {
      this.#opening = false;
      if (this.#timers.closed || !this.#wanted) return;
      this.#failed(asParleyError(thrown));
    }
  }

  async #opened(): Promise<[Socket, Resumed]> {
    const askedAt = this.#host.now();
    const ticket = await this.#call('createTicket', { deviceId: this.#deviceId() });
    this.#clock.learn(ticket.serverTime, askedAt);
    let socket: Socket | undefined;
    const ears = { onEvents: this.#listening.receive, onClosed: () => socket && this.#lost(socket) };
    socket = await Socket.open(this.#host, this.#timers, ticket.url, ears, OPEN_MS);
    try {
      return [socket, await this.#resumeOn(socket)];
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  #failed(error: ReturnType<typeof asParleyError>): void {
    if (error.status === 401 || error.status === 403) {
      // Asking again with the same token is of no use: whoever has another one opens again.
      this.close();
      this.#listening.onState({ phase: 'refused', error: error.problem });
      return;
    }
    this.#stopTimers();
    if (!this.socket) this.#listening.onState({ phase: 'connecting', error: error.problem });
    else this.#pingLater();
    this.#after(waitAfter(this.#timers, this.#attempt++, error), () => void this.#replace());
  }

  #lost(socket: Socket): void {
    socket.close();
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#stopTimers();
    if (!this.#wanted || this.#timers.closed) return;
    this.#listening.onState({ phase: 'connecting', error: null });
    this.#after(this.#host.random() * FIRST_WAIT_MS, () => void this.#replace());
  }

  /** Whoever waits for an answer of the old socket still gets it. */
  #retire(socket: Socket): void {
    const until = this.#host.now() + RETIRE_MS;
    const look = (): void => {
      if (socket.busy && this.#host.now() < until) this.#timers.after(250, look);
      else socket.close();
    };
    look();
  }

  #pingLater(): void {
    this.#after(PING_MS - this.#host.random() * 60_000, () => void this.#ping());
  }

  async #ping(): Promise<void> {
    const { socket } = this;
    if (!socket) return;
    const since = this.#listening.since();
    try {
      await this.#answered(socket.ask<'sync:pong'>({ action: 'ping', ...(since ? { since } : {}) }, ANSWER_MS));
      if (socket === this.#socket) this.#pingLater();
    } catch (thrown) {
      const { status } = asParleyError(thrown);
      if (status === 401) void this.#replace();
      else if (status === 0 && socket === this.#socket) this.#lost(socket);
      else this.#pingLater();
    }
  }

  #after(ms: number, run: () => void): void {
    this.#cancel.push(this.#timers.after(ms, run));
  }

  #stopTimers(): void {
    for (const cancel of this.#cancel) cancel();
    this.#cancel = [];
  }
}
