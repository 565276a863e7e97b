import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** One call that left the function, by the clock of this process (milliseconds). */
export interface Call {
  /** `UpdateItem`, `post`, … */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly requestBytes: number;
}

/** The part of the path below which posts to sockets lie. */
const SOCKETS = '/sockets';

const nameOf = ({ headers, url = '', method }: IncomingMessage): string => {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.replace(/^.*\./, '');
  if (url.includes('/@connections/')) return method === 'POST' ? 'post' : 'close';
  return `${method} ${url.split('?')[0]}`;
};

/**
 * Stands between functions and the emulator and writes down each call; posts to sockets it answers itself. With `delay`
 * every call takes so much longer (milliseconds), which tells calls that wait for each other from those beside each other.
 */
export class Recorder {
  delay = 0;
  private calls: Call[] = [];
  private readonly server: Server;
  private readonly target: URL;

  constructor(target: string) {
    this.target = new URL(target);
    this.server = createServer(async (incoming, outgoing) => {
      const start = performance.now();
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const answer = incoming.url?.startsWith(SOCKETS)
        ? { status: 200, headers: {}, body: Buffer.alloc(0) }
        : await this.forward(incoming, body);
      if (this.delay > 0) await pause(this.delay);
      this.calls.push({ name: nameOf(incoming), start, end: performance.now(), requestBytes: body.length });
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
    });
  }

  /** Starts to listen on a free port. */
  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Where functions find AWS. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Where functions find the WebSocket stage. */
  get socketsUrl(): string {
    return this.url + SOCKETS;
  }

  /** The calls since the last time. */
  take(): Call[] {
    const taken = this.calls;
    this.calls = [];
    return taken;
  }

  private forward(incoming: IncomingMessage, body: Buffer) {
    return new Promise<{ status: number; headers: Record<string, string>; body: Buffer }>((resolve, reject) => {
      const { host: _, ...headers } = incoming.headers;
      const { hostname, port } = this.target;
      const call = request({ hostname, port, path: incoming.url, method: incoming.method, headers }, async (answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk as Buffer);
        const { 'transfer-encoding': __, connection: ___, ...rest } = answer.headers;
        resolve({
          status: answer.statusCode ?? 502,
          headers: Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)])),
          body: Buffer.concat(chunks),
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  }
}

/**
 * The longest chain of calls that ends with the first call of that name, each begun only after the one before had ended.
 * Empty when there was no such call.
 */
export function chainTo(name: string, calls: readonly Call[]): Call[] {
  const ordered = [...calls].sort((a, b) => a.start - b.start);
  const last = ordered.findIndex((call) => call.name === name);
  if (last < 0) return [];
  const chains: Call[][] = [];
  for (const call of ordered.slice(0, last + 1)) {
    const before = chains.filter((chain) => chain.at(-1)!.end <= call.start);
    // Of equally long ones the last to end: what the call had most likely waited for.
    const [longest = []] = before.sort((a, b) => b.length - a.length || b.at(-1)!.end - a.at(-1)!.end);
    chains.push([...longest, call]);
  }
  return chains[last]!;
}
