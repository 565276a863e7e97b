import { DeleteConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_CONNECTIONS } from '#contract/realtime.ts';
import { handler as connect } from '#functions/realtime/connect.lambda.ts';
import { handler as disconnect } from '#functions/realtime/disconnect.lambda.ts';
import type { SocketEvent } from '#functions/realtime/socket-event.ts';
import { failure, goneAnswer, useLive } from '#test/support/live.ts';
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

beforeEach(() => {
  live.table.on(GetCommand).resolves({});
});

describe('$connect', () => {
  it('spends the ticket and registers the socket in one write', async () => {
    expect(await connect(event('CONNECT'))).toEqual({ statusCode: 200 });
    const updates = live.table.commandCalls(UpdateCommand);
    expect(updates).toHaveLength(1);
    expect(updates[0]!.args[0].input).toMatchObject({
      Key: { pk: 'T#acme#U#ada', sk: 'CONNS' },
      ExpressionAttributeNames: { '#connection': 'c_a1', '#ticket': `t_${CONTEXT.nonce.slice(0, 12)}` },
      ExpressionAttributeValues: { ':expires': 1_795_253_430, ':issued': 1_795_253_000_000 },
    });
    expect(live.gateway.calls()).toHaveLength(0);
  });

  it('answers 401 to a spent ticket', async () => {
    live.table.on(UpdateCommand).rejects(new ConditionalCheckFailedException({ message: 'spent', $metadata: {} }));
    expect(await connect(event('CONNECT'))).toEqual({ statusCode: 401 });
    expect(logged()).toMatchObject([{ event: 'socket.ticket_spent' }]);
  });

  it('takes a token that does not say when it was issued for older than any revocation', async () => {
    const { tokenIssuedAt: _, ...context } = CONTEXT;
    expect(await connect(event('CONNECT', {}, context))).toEqual({ statusCode: 200 });
    expect(live.table.commandCalls(UpdateCommand)[0]!.args[0].input.ExpressionAttributeValues[':issued']).toBe(0);
  });

  it('notes which device it is on, where the ticket says so', async () => {
    for (const deviceId of [undefined, `dev_${'a'.repeat(22)}`, 'no device'])
      await connect(event('CONNECT', {}, { ...CONTEXT, deviceId }));
    const values = live.table
      .commandCalls(UpdateCommand)
      .map(({ args }) => args[0].input.ExpressionAttributeValues[':value'] as string);
    expect(values).toEqual([
      expect.stringMatching(/^[0-9a-z]{8}\.$/),
      expect.stringMatching(/^[0-9a-z]{8}\.[\w-]{6}$/),
      expect.stringMatching(/^[0-9a-z]{8}\.$/),
    ]);
  });

  it('closes the oldest socket when there are too many', async () => {
    const now = Date.now();
    const others = Object.fromEntries(
      Array.from({ length: MAX_CONNECTIONS }, (_, index) => [`c_old${index}`, now - index]),
    );
    live.table.on(GetCommand).resolves({ Item: { pk: 'T#acme#U#ada', ...others } });
    expect(await connect(event('CONNECT'))).toEqual({ statusCode: 200 });
    expect(live.gateway.commandCalls(DeleteConnectionCommand).map(({ args }) => args[0].input.ConnectionId)).toEqual([
      `old${MAX_CONNECTIONS - 1}`,
    ]);
  });

  it.each([
    ['is gone already', goneAnswer(), 0],
    ['cannot be closed', failure('LimitExceededException', 429), 1],
  ])('opens although the dropped socket %s', async (_, answer, errors) => {
    const others = Object.fromEntries(
      Array.from({ length: MAX_CONNECTIONS }, (_each, index) => [`c_${index}`, Date.now()]),
    );
    live.table.on(GetCommand).resolves({ Item: { pk: 'T#acme#U#ada', ...others } });
    live.gateway.on(DeleteConnectionCommand).rejects(answer);
    expect(await connect(event('CONNECT'))).toEqual({ statusCode: 200 });
    expect(logged().filter(({ level }) => level === 'error')).toHaveLength(errors);
  });

  it.each([
    ['without a context', null],
    ['without a nonce', { tenantId: 'acme', userId: 'ada', roles: 'user', ticketExpiresAt: '1' }],
    ['without a time', { ...CONTEXT, ticketExpiresAt: 'soon' }],
    ['without a tenant', { ...CONTEXT, tenantId: '' }],
  ])('fails closed %s', async (_, context) => {
    expect(await connect(event('CONNECT', {}, context))).toEqual({ statusCode: 500 });
    expect(live.table.calls()).toHaveLength(0);
  });

  it('answers 500, without a body, when the table cannot be written', async () => {
    live.table.on(UpdateCommand).rejects(new Error('table down'));
    expect(await connect(event('CONNECT'))).toEqual({ statusCode: 500 });
    expect(logged()).toMatchObject([{ level: 'error', message: 'Error: table down' }]);
  });
});

describe('$disconnect', () => {
  it('removes the socket in one write and keeps what else is there', async () => {
    expect(await disconnect(event('DISCONNECT'))).toEqual({ statusCode: 200 });
    expect(live.removals()).toEqual([{ pk: 'T#acme#U#ada', names: ['c_a1'], condition: 'attribute_exists(pk)' }]);
    expect(live.table.commandCalls(UpdateCommand)).toHaveLength(1);
  });

  it('is no error when there is nothing left to remove', async () => {
    live.table.on(UpdateCommand).rejects(new ConditionalCheckFailedException({ message: 'none', $metadata: {} }));
    expect(await disconnect(event('DISCONNECT'))).toEqual({ statusCode: 200 });
  });

  it('answers 500 when the table cannot be written', async () => {
    live.table.on(UpdateCommand).rejects(new Error('table down'));
    expect(await disconnect(event('DISCONNECT'))).toEqual({ statusCode: 500 });
  });
});
