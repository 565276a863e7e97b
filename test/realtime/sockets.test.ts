import { DeleteConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ERRORS } from '#contract/errors.ts';
import { MAX_FRAME_BYTES, TICKET_SECONDS } from '#contract/realtime.ts';
import { handler as command } from '#functions/realtime/command.lambda.ts';
import { handler as connect } from '#functions/realtime/connect.lambda.ts';
import { handler as disconnect } from '#functions/realtime/disconnect.lambda.ts';
import type { SocketEvent } from '#functions/realtime/socket-event.ts';
import { goneAnswer, useLive } from '#test/support/live.ts';
import { useLog } from '#test/support/logged.ts';

const live = useLive();
const logged = useLog();

const CONTEXT = {
  tenantId: 'acme',
  userId: 'ada',
  roles: 'user',
  nonce: 'n'.repeat(22),
  ticketExpiresAt: '1795253430',
  tokenIssuedAt: '1795253000',
};

const event = (
  eventType: SocketEvent['requestContext']['eventType'],
  parts: Partial<SocketEvent> = {},
  authorizer: SocketEvent['requestContext']['authorizer'] = CONTEXT,
): SocketEvent => ({
  requestContext: { eventType, connectionId: 'a1', requestId: 'request-1', authorizer },
  ...parts,
});

/** A frame of a socket that opened just now. */
const frame = (body: string, isBase64Encoded = false) =>
  event(
    'MESSAGE',
    { body, isBase64Encoded },
    { ...CONTEXT, ticketExpiresAt: String(Math.floor(Date.now() / 1_000) + TICKET_SECONDS) },
  );

beforeEach(() => {
  live.table.on(GetCommand).resolves({});
});

describe('a frame', () => {
  it('ping is answered with pong and the server’s time', async () => {
    const before = Date.now();
    expect(await command(frame('{"action":"ping","id":"7"}'))).toEqual({ statusCode: 200 });
    const [pong] = live.posts[0]!.events;
    expect(live.posts.map(({ connectionId }) => connectionId)).toEqual(['a1']);
    expect(pong).toMatchObject({ type: 'sync:pong', id: '7' });
    expect(Date.parse((pong as { serverTime: string }).serverTime)).toBeGreaterThanOrEqual(before);
    expect(logged()).toMatchObject([{ event: 'frame', action: 'ping', delivered: true, tenant: 'acme', user: 'ada' }]);
  });

  it('ping needs no id, and may come as base64', async () => {
    await command(frame(Buffer.from('{"action":"ping"}').toString('base64'), true));
    expect(live.posts[0]!.events).toMatchObject([{ type: 'sync:pong', id: null }]);
  });

  it('of exactly 32 KB is read', async () => {
    const text = '{"action":"ping"}';
    await command(frame(text + ' '.repeat(MAX_FRAME_BYTES - text.length)));
    expect(live.posts[0]!.events).toMatchObject([{ type: 'sync:pong' }]);
  });

  it.each([
    ['no JSON', 'hello', 'frame.malformed'],
    ['nothing', '', 'frame.malformed'],
    ['a list', '[]', 'frame.malformed'],
    ['null', 'null', 'frame.malformed'],
    ['a number', '7', 'frame.malformed'],
    ['a lone surrogate', '{"action":"ping","id":"\\ud800"}', 'frame.malformed'],
    ['a prototype', '{"action":"ping","__proto__":{}}', 'frame.malformed'],
    ['no action', '{"id":"7"}', 'frame.invalid'],
    ['an unknown action', '{"action":"dance"}', 'frame.unknown_action'],
    ['an action that every object has', '{"action":"toString"}', 'frame.unknown_action'],
    ['an action that is no text', '{"action":{"a":1}}', 'frame.unknown_action'],
    ['$connect as its action', '{"action":"$connect"}', 'frame.unknown_action'],
    ['$disconnect as its action', '{"action":"$disconnect"}', 'frame.unknown_action'],
    ['an unknown field', '{"action":"ping","extra":1}', 'frame.invalid'],
    ['a wrong field', '{"action":"ping","id":7}', 'frame.invalid'],
    ['a field too long', `{"action":"ping","id":"${'x'.repeat(65)}"}`, 'frame.invalid'],
    ['more than 32 KB', `{"action":"ping"}${' '.repeat(MAX_FRAME_BYTES)}`, 'frame.too_large'],
    [
      'more than 32 KB in fewer characters',
      `{"action":"ping","id":"${'é'.repeat(MAX_FRAME_BYTES / 2)}"}`,
      'frame.too_large',
    ],
  ] as const)('with %s is answered with a code and the socket stays open', async (_, body, code) => {
    for (const handler of [command, connect, disconnect]) {
      live.posts.length = 0;
      expect(await handler(frame(body))).toEqual({ statusCode: 200 });
      expect(live.posts.map(({ events }) => events)).toMatchObject([
        [{ type: 'sync:error', code, title: ERRORS[code][1] }],
      ]);
    }
    expect(live.table.calls()).toHaveLength(0);
    expect(live.gateway.commandCalls(DeleteConnectionCommand)).toHaveLength(0);
  });

  it('that is not UTF-8 is malformed', async () => {
    await command(frame(Buffer.from([0x7b, 0xff, 0x7d]).toString('base64'), true));
    expect(live.posts[0]!.events).toMatchObject([{ code: 'frame.malformed' }]);
  });

  it('that does not fit says where', async () => {
    await command(frame('{"action":"ping","id":7}'));
    expect(live.posts[0]!.events).toMatchObject([{ code: 'frame.invalid', issues: [{ path: 'id' }] }]);
  });

  it('never fails, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (body) => {
        live.posts.length = 0;
        expect(await command(frame(body))).toEqual({ statusCode: 200 });
        expect(live.posts).toHaveLength(1);
      }),
    );
  });

  it('after the token has expired is refused, and the socket closed, also by a name of ours for the routes', async () => {
    const tokenExpiresAt = String(Math.floor(Date.now() / 1_000));
    for (const [index, handler] of [command, connect, disconnect].entries()) {
      const body = '{"action":"ping","id":"late"}';
      expect(await handler(event('MESSAGE', { body }, { ...CONTEXT, tokenExpiresAt }))).toEqual({ statusCode: 200 });
      expect(live.posts[index]!.events).toMatchObject([
        { type: 'sync:error', id: 'late', status: 401, code: 'token.expired' },
      ]);
      expect(live.gateway.commandCalls(DeleteConnectionCommand)).toHaveLength(index + 1);
    }
  });

  it('past the planned time is answered, and told by when another socket has to be open', async () => {
    const age = (minutes: number, tokenExpiresAt?: number) =>
      command(
        event(
          'MESSAGE',
          { body: '{"action":"ping"}' },
          {
            ...{ ...CONTEXT, ticketExpiresAt: String(Math.floor(Date.now() / 1_000) + 30 - minutes * 60) },
            ...(tokenExpiresAt === undefined ? {} : { tokenExpiresAt: String(tokenExpiresAt) }),
          },
        ),
      );
    await age(104);
    expect(live.posts[0]!.events).toMatchObject([{ type: 'sync:pong' }]);
    await age(115);
    expect(live.posts[1]!.events).toMatchObject([{ type: 'sync:pong' }, { type: 'sync:reconnect' }]);
    const by = Date.parse((live.posts[1]!.events[1] as { by: string }).by);
    expect(Math.round((by - Date.now()) / 60_000)).toBe(5);
    const soon = Math.floor(Date.now() / 1_000) + 50;
    await age(60, soon);
    expect(live.posts[2]!.events[1]).toEqual({ type: 'sync:reconnect', by: new Date(soon * 1_000).toISOString() });
    expect(live.gateway.commandCalls(DeleteConnectionCommand)).toHaveLength(0);
  });

  it('without a context is answered with a plain failure that tells nothing', async () => {
    expect(await command(event('MESSAGE', { body: '{"action":"ping"}' }, null))).toEqual({ statusCode: 200 });
    expect(live.posts[0]!.events).toEqual([
      {
        type: 'sync:error',
        id: null,
        status: 500,
        code: 'service.failed',
        title: ERRORS['service.failed'][1],
        issues: [],
        details: {},
      },
    ]);
  });

  it('whose socket is closed by the time of the answer is only noted', async () => {
    live.answer('a1', goneAnswer());
    expect(await command(frame('{"action":"ping"}'))).toEqual({ statusCode: 200 });
    expect(logged()).toMatchObject([{ event: 'frame', delivered: false }]);
  });
});
