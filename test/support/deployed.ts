import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { Frame } from '#contract/frames.ts';
import { type Instance, Stack } from '#local/instance.ts';
import { mintToken, type TokenSubject } from '#local/issuer/tokens.ts';

const path = process.env.PARLEY_STACK;
if (!path) throw new Error('PARLEY_STACK is not set: deploy with npm start and name its stack.json in PARLEY_STACK');

/** The deployed stack that the end-to-end tests talk to. */
export const stack = Stack.extend({ restUrl: z.url(), webSocketUrl: z.url() }).parse(
  JSON.parse(readFileSync(path, 'utf8')),
);

/** The instance whose issuer the stack trusts. */
export const instance: Instance = {
  name: stack.instance,
  directory: dirname(resolve(path)),
  ports: { emulator: 0, search: 0, issuer: Number(new URL(stack.issuer).port) },
};

/** A tenant that nothing else uses. */
export const someTenant = (): string => `t-${randomUUID().slice(0, 13)}`;

export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and fail where one is not as expected
  readonly body: any;
}

/** One request to the REST API, as it goes over the wire. */
export async function request(
  method: string,
  address: string,
  { token, body, headers }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<HttpReply> {
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(`${stack.restUrl}${address}`, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text,
  };
}

/** A user of the deployed stack. */
export interface User {
  readonly userId: string;
  readonly token: string;
  readonly get: (address: string) => Promise<HttpReply>;
  readonly delete: (address: string) => Promise<HttpReply>;
  readonly post: (address: string, body: unknown, headers?: Record<string, string>) => Promise<HttpReply>;
}

export async function signIn(subject: TokenSubject): Promise<User> {
  const token = await mintToken(instance, subject);
  return {
    userId: subject.user,
    token,
    get: (address) => request('GET', address, { token }),
    delete: (address) => request('DELETE', address, { token }),
    post: (address, body, headers) => request('POST', address, { token, body, ...(headers ? { headers } : {}) }),
  };
}

type Heard = Frame['events'][number];

/** An open socket that remembers what it heard. */
export interface Listener {
  readonly heard: readonly Heard[];
  readonly frames: readonly string[];
  readonly send: (frame: unknown) => void;
  /** The next event, heard or yet to come, that fits. */
  readonly hear: (fits: (event: Heard) => boolean) => Promise<Heard>;
  readonly close: () => Promise<void>;
  readonly socket: WebSocket;
}

/** Opens a socket as a client does: a ticket over HTTPS, then the address it names. */
export async function listen(user: User): Promise<Listener> {
  const { status, body } = await user.post('/realtime/tickets', {});
  if (status !== 201) throw new Error(`no ticket: ${status} ${JSON.stringify(body)}`);
  return listenAt(body.url);
}

export async function listenAt(url: string): Promise<Listener> {
  const socket = new WebSocket(url);
  const heard: Heard[] = [];
  const frames: string[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    const text = String(data);
    frames.push(text);
    heard.push(...Frame.parse(JSON.parse(text)).events);
    for (const look of waiting) look();
  });
  await once(socket, 'open');
  return {
    heard,
    frames,
    socket,
    send: (frame) =>
      socket.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame)),
    hear: (fits) =>
      new Promise((found) => {
        const look = () => {
          const event = heard.find(fits);
          if (!event) return;
          waiting.delete(look);
          found(event);
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      if (socket.readyState === WebSocket.CLOSED) return;
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** Looks again until something is as it should be: for what follows an answer, such as the search index. */
export async function eventually<T>(look: () => Promise<T>, fits: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (fits(value)) return value;
    await new Promise((resume) => setTimeout(resume, 100));
  }
}
