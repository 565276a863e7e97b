import '#test/support/aws-env.ts';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { createTicket, TICKET_SECONDS } from '#contract/realtime.ts';
import { handler as realtime } from '#functions/api/realtime/realtime.lambda.ts';
import { handler as authorizer } from '#functions/realtime/authorizer.lambda.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor } from '#runtime/cursor.ts';
import { ticketToken } from '#runtime/ticket-token.ts';
import { stubService } from '#test/support/aws-stub.ts';
import { call } from '#test/support/call.ts';
import { useLog } from '#test/support/logged.ts';

const METHOD = 'arn:aws:execute-api:us-east-1:000000000000:api/chat/$connect';
const START = Date.UTC(2026, 10, 21, 9, 30);

const secrets = stubService('secretsmanager');
/** Where the profile of who asks for a ticket is kept. */
const documents = stubService('dynamodb');
const logged = useLog();

beforeEach(() => {
  process.env[ENV.signingKey] = 'key';
  process.env[ENV.socketsUrl] = 'wss://sockets.test/chat';
  process.env[ENV.table] = 'table';
  documents.reset();
  documents.onAnyCommand().resolves({});
  secrets.reset();
  secrets.on(GetSecretValueCommand).resolves({ SecretString: 'a secret of the test, long enough to sign with' });
  vi.useFakeTimers({ now: START, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const open = (queryStringParameters: Record<string, string> | null) =>
  authorizer({
    type: 'REQUEST',
    methodArn: METHOD,
    queryStringParameters,
    requestContext: { requestId: 'request-1' },
  } as unknown as APIGatewayRequestAuthorizerEvent);

const effectOf = async (ticket: string): Promise<string> => {
  const { policyDocument, context } = await open({ ticket });
  const statement = policyDocument.Statement[0] as { Effect: string; Resource: string };
  expect(statement.Resource).toBe(METHOD);
  if (statement.Effect === 'Deny') expect(context).toBeUndefined();
  return statement.Effect;
};

const issue = async (
  roles: readonly string[] = ['user', 'admin'],
): Promise<{ ticket: string; url: string; expiresAt: string }> => {
  const { status, body } = await call(realtime, createTicket, {}, { tenantId: 'acme', userId: 'ada', roles });
  expect(status).toBe(201);
  return createTicket.output.parse(body);
};

const GOOD = {
  tenantId: 'acme',
  userId: 'ada',
  roles: ['user' as const],
  nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
  expiresAt: START / 1_000 + TICKET_SECONDS,
};

describe('a ticket', () => {
  it('opens a socket for its bearer, with the bearer’s roles', async () => {
    const { ticket, url, expiresAt } = await issue();
    expect(url).toBe(`wss://sockets.test/chat?ticket=${ticket}`);
    expect(ticket).toMatch(/^[\w-]+\.[\w-]+$/);
    expect(expiresAt).toBe(new Date(START + 30_000).toISOString());
    expect(await open({ ticket })).toMatchObject({
      principalId: 'ada',
      policyDocument: { Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: METHOD }] },
      context: { tenantId: 'acme', userId: 'ada', roles: 'user,admin', ticketExpiresAt: String(START / 1_000 + 30) },
    });
  });

  it('tells the socket its device, and since when and until when the token is good', async () => {
    const deviceId = `dev_${'a'.repeat(22)}`;
    const { body } = await call(
      realtime,
      createTicket,
      { deviceId },
      { token: { tokenIssuedAt: '1795253000', tokenExpiresAt: '1795256600' } },
    );
    const { ticket } = createTicket.output.parse(body);
    expect((await open({ ticket })).context).toMatchObject({
      deviceId,
      tokenIssuedAt: '1795253000',
      tokenExpiresAt: '1795256600',
    });
  });

  it('is good for thirty seconds', async () => {
    const { ticket } = await issue();
    vi.setSystemTime(START + 29_999);
    expect(await effectOf(ticket)).toBe('Allow');
    vi.setSystemTime(START + 30_000);
    expect(await effectOf(ticket)).toBe('Deny');
    expect(logged().at(-1)).toMatchObject({ event: 'socket.refused', reason: 'late' });
  });

  it('has 128 random bits of its own', async () => {
    const nonces = await Promise.all(
      Array.from({ length: 50 }, async () => (await open({ ticket: (await issue()).ticket })).context!['nonce']!),
    );
    expect(new Set(nonces).size).toBe(50);
    for (const nonce of nonces) expect(Buffer.from(nonce, 'base64url')).toHaveLength(16);
  });

  it('never shows in a log', async () => {
    const { ticket } = await issue();
    await open({ ticket });
    await open({ ticket: `${ticket}x` });
    const lines = JSON.stringify(logged());
    expect(lines).toContain('socket.refused');
    for (const part of ticket.split('.')) expect(lines).not.toContain(part);
  });
});

describe('an explicit Deny answers', () => {
  it('no ticket at all', async () => {
    for (const query of [null, {}, { ticket: '' }, { token: 'x' }])
      expect(await open(query as Record<string, string> | null)).toMatchObject({
        policyDocument: { Statement: [{ Effect: 'Deny' }] },
      });
  });

  it('any other text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^[\w-]+\.[\w-]{43}$/)),
        async (text) => {
          expect(await effectOf(text)).toBe('Deny');
        },
      ),
    );
  });

  it('a ticket of which one character was changed', async () => {
    const { ticket } = await issue();
    const swapped = (index: number) =>
      `${ticket.slice(0, index)}${ticket[index] === 'A' ? 'B' : 'A'}${ticket.slice(index + 1)}`;
    // The last character of a base64url part holds unused bits: changing it may leave the bytes as they were.
    const last = [ticket.indexOf('.') - 1, ticket.length - 1];
    for (let index = 0; index < ticket.length; index++)
      if (!last.includes(index)) expect(await effectOf(swapped(index))).toBe('Deny');
  });

  it('one signed with another key, or for another purpose', async () => {
    expect(await effectOf(ticketToken(await signingKey('ticket'), GOOD))).toBe('Allow');
    expect(await effectOf(ticketToken(await signingKey('cursor'), GOOD))).toBe('Deny');
    expect(await effectOf(ticketToken(Buffer.alloc(32), GOOD))).toBe('Deny');
    expect(await effectOf(cursorFor(await signingKey('ticket'), 'conversations', [1]))).toBe('Deny');
  });

  it('one with a part more, or that says what no ticket of ours says', async () => {
    const key = await signingKey('ticket');
    expect(await effectOf(`${ticketToken(key, GOOD)}.x`)).toBe('Deny');
    expect(await effectOf(ticketToken(key, { ...GOOD, tenantId: 'acme#U#bob' }))).toBe('Deny');
    expect(await effectOf(ticketToken(key, { ...GOOD, nonce: '' }))).toBe('Deny');
  });
});

it('answers Deny, not an error, when the signing key cannot be read', async () => {
  vi.resetModules();
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
  const { handler } = await import('#functions/realtime/authorizer.lambda.ts');
  const decision = await handler({
    methodArn: METHOD,
    queryStringParameters: { ticket: 'a.b' },
  } as unknown as APIGatewayRequestAuthorizerEvent);
  expect(decision).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Deny' }] } });
  expect(logged()).toMatchObject([
    {
      level: 'error',
      event: 'socket.refused',
      message: expect.stringMatching(/^secretsmanager does not answer: .*ECONNREFUSED/),
    },
  ]);
});
