import { once } from 'node:events';
import { WebSocket } from 'ws';
import * as z from 'zod';
import type { Instance, Stack } from '#local/instance.ts';
import { mintToken } from '#local/issuer/tokens.ts';

/** The deployed app as a client sees it. */
export interface Api {
  readonly restUrl: string;
  readonly instance: Instance;
}

/** A user of the deployed app. */
export interface Person {
  readonly userId: string;
  readonly post: (path: string, body: unknown) => Promise<unknown>;
  readonly patch: (path: string, body: unknown) => Promise<unknown>;
}

/** The app answered with an error. */
export class Answered extends Error {
  readonly status: number;

  constructor(asked: string, status: number, body: string) {
    super(`${asked} answered ${status}: ${body.slice(0, 300)}`);
    this.status = status;
  }
}

/** Where the stack's app is. Raises when nothing is deployed to it. */
export function apiOf(stack: Stack, directory: string): Api {
  if (!stack.restUrl) throw new Error(`nothing is deployed to ${stack.endpoint}`);
  const ports = { emulator: 0, search: 0, issuer: Number(new URL(stack.issuer).port) };
  return { restUrl: stack.restUrl, instance: { name: stack.instance, directory, ports } };
}

/** Signs a user in. */
export async function signIn(api: Api, tenant: string, user: string, roles: readonly string[] = []): Promise<Person> {
  const token = await mintToken(api.instance, { tenant, user, roles });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const send = async (method: 'POST' | 'PATCH', path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(`${api.restUrl}${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Answered(`${method} ${path}`, response.status, text);
    return JSON.parse(text) as unknown;
  };
  return {
    userId: user,
    post: (path, body) => send('POST', path, body),
    patch: (path, body) => send('PATCH', path, body),
  };
}

const Ticket = z.object({ url: z.string() });
const Frame = z.object({ events: z.array(z.looseObject({ type: z.string(), seq: z.int().optional() })) });
type Heard = z.output<typeof Frame>['events'];

/** Opens a socket; `onFrame` is told the events of each frame. */
export async function connect(person: Person, onFrame: (events: Heard) => void): Promise<WebSocket> {
  const { url } = Ticket.parse(await person.post('/realtime/tickets', {}));
  const socket = new WebSocket(url);
  socket.on('message', (data) => onFrame(Frame.parse(JSON.parse(String(data))).events));
  await once(socket, 'open');
  return socket;
}
