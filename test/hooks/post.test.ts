import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { postWebhook, type Resolve } from '#gateways/webhook-post.ts';

const MESSAGE = { headers: { 'content-type': 'application/json' }, body: '{"a":"é"}' };

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

/** A host that listens at one address of this machine; every request it gets is kept. */
async function aHost(answer: RequestListener, address = '127.0.0.1') {
  const got: { method: string; url: string; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ method: request.method!, url: request.url!, body: Buffer.concat(chunks).toString() });
      answer(request, response);
    });
  }).listen(0, address);
  servers.push(server);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, got };
}
const answering = (status: number, headers = {}): RequestListener => {
  return (_, response) => void response.writeHead(status, headers).end('ok');
};
const at =
  (...addresses: readonly string[]): Resolve =>
  async () =>
    addresses;
const here = { loopback: true } as const;

describe('a post', () => {
  it('carries the body to the byte', async () => {
    const { port, got } = await aHost(answering(200));
    expect(await postWebhook(`http://127.0.0.1:${port}/in?x=1`, MESSAGE, here)).toEqual({ ok: true, status: 200 });
    expect(got).toEqual([{ method: 'POST', url: '/in?x=1', body: MESSAGE.body }]);
  });

  it.each([200, 201, 202, 204, 299])('is taken with %i', async (status) => {
    const { port } = await aHost(answering(status));
    expect(await postWebhook(`http://127.0.0.1:${port}`, MESSAGE, here)).toEqual({ ok: true, status });
  });

  it.each([400, 401, 404, 410, 429, 500, 503])('is not taken with %i', async (status) => {
    const { port } = await aHost(answering(status));
    expect(await postWebhook(`http://127.0.0.1:${port}`, MESSAGE, here)).toEqual({
      ok: false,
      status,
      reason: 'status',
    });
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect (%i)', async (status) => {
    const canary = await aHost(answering(200));
    const { port } = await aHost(answering(status, { location: `http://127.0.0.1:${canary.port}/` }));
    expect(await postWebhook(`http://127.0.0.1:${port}`, MESSAGE, here)).toEqual({
      ok: false,
      status,
      reason: 'redirect',
    });
    expect(canary.got).toEqual([]);
  });

  it('goes to the address that was looked at, asked for once, whatever the name stands for elsewhere or later', async () => {
    const { port, got } = await aHost(answering(200), '127.0.0.2');
    let asked = 0;
    const rebinding: Resolve = async () => (asked++ === 0 ? ['127.0.0.2'] : ['169.254.169.254']);
    const url = `http://localhost:${port}/`;
    expect(await postWebhook(url, MESSAGE, { ...here, resolve: rebinding })).toMatchObject({ ok: true });
    expect([asked, got.length]).toEqual([1, 1]);
    expect(await postWebhook(url, MESSAGE, { ...here, resolve: rebinding })).toEqual({ ok: false, reason: 'address' });
    expect(got).toHaveLength(1);
  });

  it('is given up when the host says nothing, or its name is not found, in time', async () => {
    const { port } = await aHost(() => undefined);
    const soon = { ...here, timeout: 50 };
    expect(await postWebhook(`http://127.0.0.1:${port}`, MESSAGE, soon)).toEqual({ ok: false, reason: 'timeout' });
    const never: Resolve = () => new Promise(() => undefined);
    expect(await postWebhook('https://hooks.example.com/', MESSAGE, { ...soon, resolve: never })).toEqual({
      ok: false,
      reason: 'timeout',
    });
  });

  it('is over when the status is known, however long the answer goes on', async () => {
    const { port } = await aHost((_, response) => {
      response.writeHead(200);
      const pour = () => void (response.destroyed || response.write('x'.repeat(65_536), () => setImmediate(pour)));
      pour();
    });
    expect(await postWebhook(`http://127.0.0.1:${port}`, MESSAGE, here)).toEqual({ ok: true, status: 200 });
  });

  it('says that nobody is there, and nothing of what the host said', async () => {
    const { port } = await aHost((request) => request.socket.destroy());
    expect(await postWebhook(`http://127.0.0.1:${port}`, MESSAGE, here)).toEqual({ ok: false, reason: 'connection' });
    const failing: Resolve = async () => Promise.reject(new Error('ENOTFOUND'));
    const name = 'https://hooks.example.com/';
    expect(await postWebhook(name, MESSAGE, { loopback: false, resolve: failing })).toEqual({
      ok: false,
      reason: 'unresolved',
    });
    expect(await postWebhook(name, MESSAGE, { loopback: false, resolve: at() })).toMatchObject({
      reason: 'unresolved',
    });
  });

  it('leads from a laptop to this machine itself over HTTP, and to no other address', async () => {
    for (const address of ['10.0.0.1', '192.168.1.1', '169.254.169.254', '8.8.8.8', '0.0.0.0'])
      expect(await postWebhook('http://localhost/', MESSAGE, { ...here, resolve: at(address) })).toEqual({
        ok: false,
        reason: 'address',
      });
    expect(await postWebhook('http://localhost/', MESSAGE, { loopback: false })).toEqual({ ok: false, reason: 'url' });
    expect(await postWebhook('http://192.168.1.1/', MESSAGE, here)).toEqual({ ok: false, reason: 'url' });
  });
});
