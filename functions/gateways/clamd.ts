import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Finding } from './verdicts.ts';

/** Milliseconds of silence after which the daemon counts as gone. */
const SILENCE = 60_000;

const open = (address: string): Socket => {
  const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? [];
  return host === undefined ? connect({ path: address }) : connect({ host, port: Number(port) });
};

/** What the daemon's answer means: `stream: OK`, `stream: <name> FOUND`, `<what is wrong> ERROR`. */
export function findingOf(answer: string): Finding {
  const found = /: (.+) FOUND$/.exec(answer)?.[1];
  if (found !== undefined) return { status: 'THREATS_FOUND', threats: [found] };
  if (/: OK$/.test(answer)) return { status: 'NO_THREATS_FOUND', threats: [] };
  return { status: /size limit exceeded/.test(answer) ? 'UNSUPPORTED' : 'FAILED', threats: [] };
}

/**
 * Has ClamAV's daemon look through bytes as they come (command INSTREAM, https://docs.clamav.net/manual/Usage/Scanning.html):
 * each part behind its length, an empty one at the end. `address` is `host:port` or the path of a socket. Raises an error
 * when it cannot be reached or does not answer.
 */
export async function scanByClamd(address: string, parts: AsyncIterable<Uint8Array>): Promise<Finding> {
  const socket = open(address);
  socket.setTimeout(SILENCE, () => socket.destroy(new Error('clamd does not answer')));
  const answers: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    socket
      .on('data', (data) => answers.push(data))
      .on('end', resolve)
      .on('error', reject);
  });
  // A refusal may come while bytes are still being sent.
  ended.catch(() => undefined);
  try {
    await once(socket, 'connect');
    socket.write('zINSTREAM\0');
    for await (const part of parts) {
      // It says that it has had enough, and closes.
      if (socket.readableEnded || socket.destroyed) break;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      socket.write(length);
      if (!socket.write(part)) await Promise.race([once(socket, 'drain'), ended]);
    }
    if (socket.writable) socket.write(Buffer.alloc(4));
    await ended;
    return findingOf(Buffer.concat(answers).toString('utf8').replace(/\0.*$/s, ''));
  } finally {
    socket.destroy();
  }
}
