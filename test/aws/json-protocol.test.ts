import '#test/support/aws-env.ts';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConditionalCheckFailedException, documents, TransactionCanceledException } from '#aws/documents.ts';
import { AwsError, NoAnswer } from '#aws/errors.ts';
import { callService, SECRETS_MANAGER } from '#aws/json-protocol.ts';

type Answer = (request: IncomingMessage, body: string, answer: ServerResponse) => void;

let answers: Answer[] = [];
const asked: { headers: IncomingMessage['headers']; body: string }[] = [];
const server = createServer(async (request, answer) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  asked.push({ headers: request.headers, body });
  (answers.shift() ?? ok({}))(request, body, answer);
});

const ok =
  (body: unknown): Answer =>
  (_request, _body, answer) =>
    answer.end(JSON.stringify(body));
const fail =
  (status: number, body: unknown): Answer =>
  (_request, _body, answer) =>
    answer.writeHead(status).end(JSON.stringify(body));
const hangUp: Answer = (request) => request.socket.destroy();
const silence: Answer = () => undefined;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  answers = [];
  asked.length = 0;
});

const secret = (options = {}) => callService(SECRETS_MANAGER, 'GetSecretValue', { SecretId: 'key' }, options);

describe('a call of a service', () => {
  it('names the operation, is signed for service and region, and answers what came back', async () => {
    answers = [ok({ SecretString: 'x' })];
    expect(await secret()).toEqual({ SecretString: 'x' });
    expect(asked[0]).toMatchObject({
      body: '{"SecretId":"key"}',
      headers: {
        'x-amz-target': 'secretsmanager.GetSecretValue',
        'content-type': 'application/x-amz-json-1.1',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=test\/\d{8}\/us-east-1\/secretsmanager\/aws4_request, SignedHeaders=.*host.*x-amz-target.*Signature=[0-9a-f]{64}$/,
        ),
      },
    });
  });

  it.each([
    ['500', fail(500, { __type: 'InternalServerError' })],
    ['429', fail(429, {})],
    ['a throttle', fail(400, { __type: 'com.amazonaws#ThrottlingException' })],
    ['HTML of a proxy', fail(502, '<html>')],
    ['a closed connection', hangUp],
  ])('is made again after %s', async (_, first) => {
    answers = [first, ok({ SecretString: 'x' })];
    expect(await secret()).toEqual({ SecretString: 'x' });
    expect(asked).toHaveLength(2);
  });

  it('is not made again when the answer is a refusal', async () => {
    answers = [fail(400, { __type: 'com.amazonaws.secretsmanager#ResourceNotFoundException', message: 'gone' })];
    const error = await secret().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AwsError);
    expect(error).toMatchObject({
      code: 'ResourceNotFoundException',
      status: 400,
      message: expect.stringContaining('gone'),
    });
    expect(asked).toHaveLength(1);
  });

  it('gives up after its attempts, and says when there was no answer at all', async () => {
    answers = [fail(500, {}), fail(500, {})];
    await expect(secret({ attempts: 2 })).rejects.toMatchObject({ status: 500 });
    expect(asked).toHaveLength(2);
    answers = [silence];
    await expect(secret({ attempts: 1, timeout: 50 })).rejects.toBeInstanceOf(NoAnswer);
  });
});

describe('a call of DynamoDB', () => {
  const key = { TableName: 't', Key: { pk: 'p', sk: 's' } };

  it('goes with values in its notation and comes back with plain ones', async () => {
    answers = [ok({ Item: { pk: { S: 'p' }, n: { N: '7' }, list: { L: [{ S: 'x' }] } } })];
    expect(await documents.get({ ...key, ConsistentRead: true })).toEqual({ Item: { pk: 'p', n: 7, list: ['x'] } });
    expect(JSON.parse(asked[0]!.body)).toEqual({
      TableName: 't',
      Key: { pk: { S: 'p' }, sk: { S: 's' } },
      ConsistentRead: true,
    });
  });

  it('tells a failed condition, with what lay there', async () => {
    answers = [fail(400, { __type: 'x#ConditionalCheckFailedException', Item: { n: { N: '7' } } })];
    const error = await documents.update({ ...key, UpdateExpression: 'SET n = n' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error).toMatchObject({ Item: { n: 7 } });
  });

  it('tells why a transaction was cancelled, and repeats one under one token', async () => {
    const reasons = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }];
    answers = [fail(500, {}), fail(400, { __type: 'x#TransactionCanceledException', CancellationReasons: reasons })];
    const error = await documents.transactWrite([{ Delete: key }]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransactionCanceledException);
    expect(error).toMatchObject({ CancellationReasons: reasons });
    const tokens = asked.map(({ body }) => JSON.parse(body).ClientRequestToken as string);
    expect(tokens[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(tokens[1]).toBe(tokens[0]);
  });
});
