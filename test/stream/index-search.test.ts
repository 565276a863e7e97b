import { transport } from '#aws/transport.ts';
import '#test/support/aws-env.ts';
import { S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { handler } from '../../functions/stream/index-search.lambda.ts';
import { aConversationId, batchOf, brokenRecord, messageItem, recordOf, resumedAt } from './records.ts';

process.env[ENV.searchEndpoint] = 'https://search.test';
process.env[ENV.parkingBucket] = 'parking';

const conversationId = aConversationId();
const item = (seq: number) => messageItem({ tenantId: 'acme', conversationId, seq });
const record = (seq: number) => recordOf(item(seq));

const s3 = mockClient(S3Client);
const engine = vi.spyOn(transport, 'send');

/** The engine answers each bulk with these statuses, one list a request. */
const answering = (...answers: (readonly number[])[]) => {
  for (const statuses of answers)
    engine.mockImplementationOnce(async () =>
      Response.json({
        errors: statuses.some((status) => status >= 300),
        items: statuses.map((status) => ({
          index: { status, ...(status >= 300 && { error: { type: `type_${status}`, reason: 'because' } }) },
        })),
      }),
    );
};

const missing = async () =>
  Response.json({ items: [{ index: { status: 404, error: { type: 'index_not_found_exception', reason: 'none' } } }] });

const parked = () => s3.calls().map(({ args }) => args[0].input as { Bucket: string; Key: string; Body: string });

beforeEach(() => {
  s3.reset();
  s3.onAnyCommand().resolves({});
  engine.mockReset();
});

describe('index-search', () => {
  it('sends a whole batch in one request, signed, each document with its version and its tenant as routing', async () => {
    const records = Array.from({ length: 200 }, (_, index) => record(index + 1));
    answering(records.map(() => 201));
    expect(await handler(batchOf(records))).toEqual({ batchItemFailures: [] });
    expect(engine).toHaveBeenCalledTimes(1);
    const [url, request] = engine.mock.calls[0]!;
    expect(String(url)).toBe('https://search.test/messages/_bulk?require_alias=true');
    expect(new Headers(request?.headers).get('authorization')).toMatch(/^AWS4-HMAC-SHA256 Credential=test\/.*\/es\//);
    const lines = String(request?.body).trimEnd().split('\n');
    expect(lines).toHaveLength(400);
    expect(JSON.parse(lines[0]!)).toEqual({
      index: {
        _id: `acme/msg_${conversationId.slice(4)}_1`,
        routing: 'acme',
        version: 2,
        version_type: 'external',
      },
    });
  });

  it.each([429, 500, 503])('comes back from the first document that got %i', async (status) => {
    const records = [record(1), record(2), record(3)] as const;
    answering([201, status, 201]);
    expect(await handler(batchOf(records))).toEqual(resumedAt(records[1]));
    expect(parked()).toEqual([]);
  });

  it('takes a version conflict for success: something newer is there', async () => {
    answering([409, 201]);
    expect(await handler(batchOf([record(1), record(2)]))).toEqual({ batchItemFailures: [] });
    expect(parked()).toEqual([]);
  });

  it('parks what the engine will never take, with its payload, and indexes the others', async () => {
    const records = [record(1), record(2)] as const;
    answering([400, 201]);
    expect(await handler(batchOf(records))).toEqual({ batchItemFailures: [] });
    expect(parked()).toMatchObject([{ Bucket: 'parking', Key: `index-search/${records[0].eventID}.json` }]);
    expect(JSON.parse(parked()[0]!.Body)).toEqual({
      consumer: 'index-search',
      reason: '400 type_400: because',
      record: records[0],
    });
  });

  it('parks what it cannot read with its payload, and indexes the others', async () => {
    const broken = brokenRecord();
    answering([201, 201]);
    expect(await handler(batchOf([record(1), broken, record(2)]))).toEqual({ batchItemFailures: [] });
    expect(JSON.parse(parked()[0]!.Body)).toMatchObject({ record: broken });
    expect(String(engine.mock.calls[0]![1]?.body).trimEnd().split('\n')).toHaveLength(4);
  });

  it.each([
    ['number that is too long', { a: 2n ** 63n }],
    ['body of an unknown type', { b: { type: 'poll' } }],
    ['key of another form', { pk: 'T#acme#L' }],
  ])('parks a message with a %s', async (_, wrong) => {
    const given = recordOf({ ...item(1), ...wrong });
    expect(await handler(batchOf([given]))).toEqual({ batchItemFailures: [] });
    expect(parked()).toHaveLength(1);
    expect(engine).not.toHaveBeenCalled();
  });

  it.each([
    ['does not answer', () => Promise.reject(new TypeError('fetch failed'))],
    ['says 503', async () => Response.json({ error: 'busy' }, { status: 503 })],
    ['says 403', async () => Response.json({ message: 'not authorized' }, { status: 403 })],
    ['answers something else', async () => Response.json({ items: [] })],
  ])('keeps the whole batch when the engine %s', async (_, answer) => {
    const one = record(1);
    engine.mockImplementation(answer as typeof transport.send);
    expect(await handler(batchOf([one, record(2)]))).toEqual(resumedAt(one));
    expect(parked()).toEqual([]);
  });

  it('asks once more when a kept-alive connection turns out to be closed', async () => {
    engine.mockRejectedValueOnce(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    answering([201]);
    expect(await handler(batchOf([record(1)]))).toEqual({ batchItemFailures: [] });
  });

  it('creates the index when its alias is missing, and sends the batch again', async () => {
    engine.mockImplementationOnce(missing);
    engine.mockImplementationOnce(async () => Response.json({ acknowledged: true }));
    answering([201]);
    expect(await handler(batchOf([record(1)]))).toEqual({ batchItemFailures: [] });
    expect(engine.mock.calls.map(([url, request]) => `${request?.method} ${new URL(String(url)).pathname}`)).toEqual([
      'POST /messages/_bulk',
      'PUT /messages-v1',
      'POST /messages/_bulk',
    ]);
  });

  it('finds it as good when somebody else created the index at the same moment', async () => {
    engine.mockImplementationOnce(missing);
    engine.mockImplementationOnce(async () =>
      Response.json({ error: { type: 'resource_already_exists_exception', reason: 'there' } }, { status: 400 }),
    );
    answering([201]);
    expect(await handler(batchOf([record(1)]))).toEqual({ batchItemFailures: [] });
  });

  it('keeps the batch when the alias stays missing', async () => {
    const one = record(1);
    engine.mockImplementationOnce(missing);
    engine.mockImplementationOnce(async () => Response.json({ acknowledged: true }));
    engine.mockImplementationOnce(missing);
    expect(await handler(batchOf([one]))).toEqual(resumedAt(one));
    expect(parked()).toEqual([]);
  });

  it.each([
    ['what the server says', { b: { type: 'system', kind: 'participants_added', userIds: ['bob'] } }],
    ['a picture without a caption', { b: { type: 'image', mediaId: 'med_AZqYt2a0cK6fPpQ1mWk3Zg' } }],
  ] as const)('does not send %s', async (_, stored) => {
    const given = recordOf(messageItem({ tenantId: 'acme', conversationId, seq: 1 }, stored as never));
    expect(await handler(batchOf([given]))).toEqual({ batchItemFailures: [] });
    expect(engine).not.toHaveBeenCalled();
  });

  it('passes over items that are not messages', async () => {
    const given = recordOf({ pk: `T#acme#L#${conversationId}`, sk: 'M#000000000000001', ty: 'void', a: 1 });
    expect(await handler(batchOf([given]))).toEqual({ batchItemFailures: [] });
    expect(engine).not.toHaveBeenCalled();
    expect(parked()).toEqual([]);
  });
});
