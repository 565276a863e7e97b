import { expect, it } from 'vitest';
import type { ParleyError } from '#client/errors.ts';
import { hostWith, type RequestLike } from '#client/host.ts';
import { Http } from '#client/http.ts';
import { persistently } from '#client/retry.ts';
import { Timers } from '#client/timers.ts';
import { VirtualTime } from './virtual-host.ts';

const answering = (answers: { status: number; body?: unknown; headers?: Record<string, string> }[]) => {
  const time = new VirtualTime();
  const asked: (RequestLike & { readonly url: string })[] = [];
  const host = hostWith({
    WebSocket: class {} as never,
    setTimeout: (run, ms) => time.set(run, ms),
    clearTimeout: (timer) => time.clear(timer),
    now: () => time.now(),
    fetch: async (url, request) => {
      asked.push({ ...request, url });
      const answer = answers.shift();
      if (!answer) return new Promise(() => undefined);
      const { status, body, headers = {} } = answer;
      return {
        status,
        headers: { get: (name) => headers[name] ?? null },
        text: async () => (typeof body === 'string' ? body : JSON.stringify(body)),
      };
    },
  });
  const timers = new Timers(host);
  const http = new Http(host, timers, { url: 'https://api/v1/', getToken: ({ expired }) => (expired ? 'new' : 'old') });
  return { call: http.call, asked, time, timers };
};

const refusal = (status: number, code: string, more = {}) => ({
  type: `urn:parley:problem:${code}`,
  title: 'No.',
  status,
  code,
  requestId: 'r1',
  ...more,
});

it('puts what an operation takes where it belongs', async () => {
  const { call, asked } = answering([
    { status: 200, body: {} },
    { status: 200, body: {} },
    { status: 200, body: {} },
  ]);
  await call('listMessages', { conversationId: 'cnv_a', limit: 5, order: 'oldest' });
  await call('removeReaction', { messageId: 'msg_a', emoji: '👍' });
  await call('markRead', { conversationId: 'cnv_a', seq: 7 }, { idempotencyKey: 'k' });
  expect(asked.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['GET', 'https://api/v1/conversations/cnv_a/messages?limit=5&order=oldest', undefined],
    ['DELETE', 'https://api/v1/messages/msg_a/reactions/%F0%9F%91%8D', undefined],
    ['POST', 'https://api/v1/conversations/cnv_a/read', '{"seq":7}'],
  ]);
  expect(asked[2]!.headers).toEqual({
    authorization: 'Bearer old',
    'content-type': 'application/json',
    'idempotency-key': 'k',
  });
});

it('raises what was refused, with all that the refusal says', async () => {
  const issues = [{ path: 'limit', message: 'Too big' }];
  const { call } = answering([
    { status: 409, body: refusal(409, 'message.version_conflict', { issues, current: { version: 3 } }) },
  ]);
  const error = await call('getMessage', { messageId: 'msg_a' }).catch((thrown: ParleyError) => thrown);
  expect(error).toMatchObject({
    status: 409,
    code: 'message.version_conflict',
    isFinal: true,
    problem: { requestId: 'r1', issues, details: { current: { version: 3 } } },
  });
});

it('takes another token, once, where the first is refused', async () => {
  const { call, asked } = answering([
    { status: 401, body: refusal(401, 'caller.unauthenticated') },
    { status: 200, body: { id: 'ada' } },
  ]);
  expect(await call('getMe', {})).toEqual({ id: 'ada' });
  expect(asked.map(({ headers }) => headers['authorization'])).toEqual(['Bearer old', 'Bearer new']);
});

it('waits as long as the server says before it asks again', async () => {
  const { call, asked, time, timers } = answering([
    { status: 429, body: refusal(429, 'message.rate_limited'), headers: { 'retry-after': '20' } },
    { status: 200, body: { id: 'ada' } },
  ]);
  let got: unknown;
  void persistently(timers, () => call('getMe', {})).then((answer) => {
    got = answer;
  });
  await time.pass(19_000);
  expect(asked).toHaveLength(1);
  await time.pass(2_000);
  expect(got).toEqual({ id: 'ada' });
});

it('does not take an answer of somebody in between for one of ours', async () => {
  const { call } = answering([{ status: 502, body: '<html>Bad gateway</html>' }]);
  await expect(call('getMe', {})).rejects.toMatchObject({ status: 502, code: 'network.failed', isFinal: false });
});

it('gives up an answer that does not come, and every answer when it is closed', async () => {
  const { call, time, timers } = answering([]);
  const late = call('getMe', {}).catch((thrown: ParleyError) => thrown.code);
  await time.pass(31_000);
  expect(await late).toBe('network.timeout');
  const open = call('getMe', {}).catch((thrown: Error) => thrown.name);
  await time.pass(10);
  timers.end();
  expect(await open).toBe('Closed');
});
