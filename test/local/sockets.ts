import WebSocket from 'ws';
import { PROBE_HOST } from './probe.ts';

/** A client's socket with everything that it received. */
export interface Client {
  readonly socket: WebSocket;
  readonly frames: string[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  send(frame: unknown): void;
}

/** The status of a refused handshake, or the open socket. */
export async function connect(apiId: string, query = ''): Promise<Client> {
  const socket = new WebSocket(`ws://${PROBE_HOST}/_aws/execute-api/${apiId}/chat${query}`);
  const frames: string[] = [];
  socket.on('message', (data) => frames.push(String(data)));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('unexpected-response', (_request, response) => reject(new Error(`refused with ${response.statusCode}`)));
    socket.on('error', reject);
  });
  return { socket, frames, closed, send: (frame) => socket.send(JSON.stringify(frame)) };
}
