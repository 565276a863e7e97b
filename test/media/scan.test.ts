import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { scanBySignatures } from '#functions/media/scan.ts';
import { findingOf, scanByClamd } from '#gateways/clamd.ts';
import { EICAR, zip } from './hostile-files.ts';

const partsOf = (data: Buffer, bytes = 1_000) =>
  async function* () {
    for (let at = 0; at < data.length; at += bytes) yield data.subarray(at, at + bytes);
  };
const scan = async (data: Buffer, bytes?: number) =>
  (await scanBySignatures({ parts: partsOf(data, bytes), discard: () => undefined })).status;

describe('signatures', () => {
  it('find the test file wherever it lies, across parts of the stream too', async () => {
    for (const before of [0, 1, 990, 999, 5_000])
      expect(await scan(Buffer.concat([Buffer.alloc(before, 'a'), EICAR, Buffer.alloc(50)]))).toBe('THREATS_FOUND');
    expect(await scan(Buffer.concat([Buffer.alloc(10), EICAR]), 1)).toBe('THREATS_FOUND');
    expect(await scan(EICAR.subarray(1))).toBe('NO_THREATS_FOUND');
  });

  it('find it in archives, stored or compressed, in archives inside them, and behind something else', async () => {
    for (const store of [true, false]) expect(await scan(zip({ 'a.com': EICAR }, { store }))).toBe('THREATS_FOUND');
    expect(await scan(zip({ 'a.zip': zip({ 'b.zip': zip({ 'c.com': EICAR }) }) }))).toBe('THREATS_FOUND');
    expect(await scan(Buffer.concat([Buffer.alloc(5_000, 'x'), zip({ 'c.com': EICAR })]))).toBe('THREATS_FOUND');
    expect(await scan(zip({ 'a.txt': Buffer.from('hello') }))).toBe('NO_THREATS_FOUND');
  });

  it('do not go on for ever: what is too deep, too large or too many is not looked into, and not called clean', async () => {
    expect(await scan(zip({ 'zeros.bin': Buffer.alloc(80 * 1024 * 1024) }))).toBe('UNSUPPORTED');
    let deep = zip({ 'a.txt': Buffer.from('hello') });
    for (let level = 0; level < 6; level++) deep = zip({ 'b.zip': deep });
    expect(await scan(deep)).toBe('UNSUPPORTED');
    const many = Object.fromEntries(Array.from({ length: 2_100 }, (_, index) => [`${index}`, Buffer.from('x')]));
    expect(await scan(zip(many))).toBe('UNSUPPORTED');
  });

  it('pass over what is broken', async () => {
    const whole = zip({ 'a.txt': Buffer.from('hello, hello, hello') });
    for (let at = 0; at < whole.length; at++) expect(await scan(whole.subarray(0, at))).toBe('NO_THREATS_FOUND');
    expect(deflateRawSync(EICAR).length).toBeGreaterThan(0);
  });
});

describe('ClamAV’s daemon', () => {
  const open: Server[] = [];
  afterEach(() => {
    for (const server of open.splice(0)) server.close();
  });

  /** Listens as the daemon does; answers what it got, and how. */
  async function daemon(answer: (socket: Socket, got: Buffer) => void, path?: string): Promise<string> {
    const server = createServer((socket) => {
      const got: Buffer[] = [];
      socket
        .on('error', () => undefined)
        .on('data', (data) => {
          got.push(data);
          answer(socket, Buffer.concat(got));
        });
    });
    open.push(server);
    await new Promise<void>((resolve) =>
      path ? server.listen(path, resolve) : server.listen(0, '127.0.0.1', resolve),
    );
    const address = server.address();
    return typeof address === 'string' ? address : `127.0.0.1:${address!.port}`;
  }

  /** The bytes that came in parts, when all have come. */
  function received(got: Buffer): Buffer | undefined {
    const command = Buffer.from('zINSTREAM\0');
    if (got.length < command.length) return undefined;
    expect(got.subarray(0, command.length)).toEqual(command);
    const parts: Buffer[] = [];
    for (let at = command.length; at + 4 <= got.length; ) {
      const length = got.readUInt32BE(at);
      if (length === 0) return Buffer.concat(parts);
      parts.push(got.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    return undefined;
  }

  it('gets all of it in parts and its answer is told', async () => {
    const path = join(tmpdir(), `parley-clamd-${process.pid}.sock`);
    for (const where of [undefined, path]) {
      const address = await daemon((socket, got) => {
        const data = received(got);
        if (data) socket.end(data.includes(EICAR) ? 'stream: Eicar-Signature FOUND\0' : 'stream: OK\0');
      }, where);
      expect(await scanByClamd(address, partsOf(Buffer.alloc(200_000))())).toEqual({
        status: 'NO_THREATS_FOUND',
        threats: [],
      });
      expect(await scanByClamd(address, partsOf(EICAR, 10)())).toEqual({
        status: 'THREATS_FOUND',
        threats: ['Eicar-Signature'],
      });
    }
  });

  it('may have enough before all has come', async () => {
    const address = await daemon((socket) => socket.end('INSTREAM size limit exceeded. ERROR\0'));
    expect(await scanByClamd(address, partsOf(Buffer.alloc(3_000))())).toMatchObject({ status: 'UNSUPPORTED' });
  });

  it('that is not there is an outage and no verdict', async () => {
    await expect(scanByClamd('127.0.0.1:1', partsOf(EICAR)())).rejects.toThrow();
  });

  it.each([
    ['stream: OK', 'NO_THREATS_FOUND'],
    ['stream: A: FOUND FOUND', 'THREATS_FOUND'],
    ['INSTREAM size limit exceeded. ERROR', 'UNSUPPORTED'],
    ['Can’t allocate memory ERROR', 'FAILED'],
    ['', 'FAILED'],
  ])('says %j, and is understood', (answer, status) => {
    expect(findingOf(answer).status).toBe(status);
  });
});
