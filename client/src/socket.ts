import type { Command, Event } from './contract.ts';
import { ParleyError } from './errors.ts';
import type { Host, SocketLike } from './host.ts';
import { type LeanEvent, wholeOf } from './lean.ts';
import type { Timers } from './timers.ts';

/** Bytes of one frame. */
const MAX_FRAME_BYTES = 32 * 1024;

type Answer = Extract<Event, { readonly type: 'sync:done' | 'sync:pong' | 'sync:resumed' }>;
type Of<T extends Answer['type']> = Extract<Answer, { readonly type: T }>;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: ParleyError) => void;
}

const closedError = (): ParleyError =>
  new ParleyError({ status: 0, code: 'socket.closed', title: 'The socket closed before the answer came.' });

const errorOf = ({ status, code, title, issues, details }: Extract<Event, { readonly type: 'sync:error' }>) => {
  const { retryAfter } = details;
  const retryAfterMs = typeof retryAfter === 'number' ? retryAfter * 1_000 : undefined;
  return new ParleyError({ status, code, title, issues, details, retryAfterMs });
};

export interface SocketEars {
  readonly onEvents: (events: readonly Event[]) => void;
  /** It is closed, by whomever but ourselves. */
  readonly onClosed: () => void;
}

/** One socket from its opening to its end: frames in, commands out, each answered once. */
export class Socket {
  readonly #timers: Timers;
  readonly #socket: SocketLike;
  readonly #ears: SocketEars;
  readonly #waiting = new Map<string, Waiting>();
  #commands = 0;
  #ended = false;

  private constructor(host: Host, timers: Timers, url: string, ears: SocketEars) {
    this.#timers = timers;
    this.#ears = ears;
    this.#socket = new host.WebSocket(url);
  }

  /** Opens a socket. Raises `ParleyError` when it does not open within `ms`. */
  static async open(host: Host, timers: Timers, url: string, ears: SocketEars, ms: number): Promise<Socket> {
    const socket = new Socket(host, timers, url, ears);
    await socket.#opened(ms);
    return socket;
  }

  #opened(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        stop();
        this.close();
        reject(closedError());
      };
      const stop = this.#timers.after(ms, fail, fail);
      this.#socket.onopen = () => {
        stop();
        this.#socket.onclose = () => this.#lost();
        resolve();
      };
      this.#socket.onmessage = (event: { readonly data: unknown }) => this.#hear(event.data);
      this.#socket.onclose = fail;
      // Errors are followed by a close; without a listener some implementations throw.
      this.#socket.onerror = () => undefined;
    });
  }

  get isOpen(): boolean {
    return !this.#ended;
  }

  /** Commands that are not answered yet. */
  get busy(): boolean {
    return this.#waiting.size > 0;
  }

  /** Whether a command fits a frame. */
  static fits(command: Command): boolean {
    return new TextEncoder().encode(JSON.stringify(command)).length < MAX_FRAME_BYTES - 64;
  }

  /** Says something that needs no answer; what is said to a closed socket is lost. */
  tell(command: Command): void {
    if (this.#ended) return;
    try {
      this.#socket.send(JSON.stringify(command));
    } catch {
      this.#lost();
    }
  }

  /** Gives a command and waits for its answer. Raises `ParleyError`: status 0 where nobody knows what became of it. */
  ask<T extends Answer['type']>(command: Command, ms: number): Promise<Of<T>> {
    if (this.#ended) return Promise.reject(closedError());
    const id = String(++this.#commands);
    return new Promise<Of<T>>((resolve, reject) => {
      const late = { status: 0, code: 'network.timeout', title: 'The command was not answered in time.' };
      const stop = this.#timers.after(ms, () => {
        this.#waiting.delete(id);
        reject(new ParleyError(late));
      });
      this.#waiting.set(id, {
        resolve: (answer) => {
          stop();
          resolve(answer as Of<T>);
        },
        reject: (error) => {
          stop();
          reject(error);
        },
      });
      this.tell({ ...command, id });
    });
  }

  close(): void {
    if (this.#ended) return;
    this.#end();
    try {
      this.#socket.close(1000);
    } catch {
      // It was never open.
    }
  }

  #hear(data: unknown): void {
    if (this.#ended) return;
    let events: readonly Event[];
    try {
      events = (JSON.parse(String(data)) as { readonly events: readonly LeanEvent[] }).events.map(wholeOf);
    } catch {
      return;
    }
    this.#ears.onEvents(events);
    for (const event of events) this.#answered(event);
  }

  #answered(event: Event): void {
    if (!('id' in event) || event.id === null || typeof event.id !== 'string') return;
    const waiting = this.#waiting.get(event.id);
    if (!waiting) return;
    this.#waiting.delete(event.id);
    if (event.type === 'sync:error') waiting.reject(errorOf(event));
    else waiting.resolve(event as Answer);
  }

  #lost(): void {
    if (this.#ended) return;
    this.#end();
    this.#ears.onClosed();
  }

  #end(): void {
    this.#ended = true;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(closedError());
  }
}
