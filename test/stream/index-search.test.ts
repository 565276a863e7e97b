import '#test/support/aws-env.ts';
import { S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { scope } from '#table/entity.ts';
import { ProfileEntity } from '#table/settings.ts';
import { UserEntity } from '#table/user.ts';
import { handler } from '../../functions/stream/index-search.lambda.ts';
import { aws, engine, useFakeEngine } from './fake-engine.ts';
import { aConversationId, batchOf, brokenRecord, messageItem, recordOf, resumedAt } from './records.ts';

process.env[ENV.searchEndpoint] = 'https://search.test';
process.env[ENV.parkingBucket] = 'parking';
process.env[ENV.table] = 'table';

const conversationId = aConversationId();
const item = (seq: number, stored = {}) => messageItem({ tenantId: 'acme', conversationId, seq }, stored);
const record = (seq: number) => recordOf(item(seq));

const s3 = mockClient(S3Client);
useFakeEngine();

beforeEach(() => {
  s3.reset();
  s3.onAnyCommand().resolves({});
  // What is tried again is tried later: nobody waits here.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
});
afterEach(() => vi.useRealTimers());

const parked = () => s3.calls().map(({ args }) => args[0].input as { Bucket: string; Key: string; Body: string });

/** The handler, with whatever time it takes. */
async function handle(records: Parameters<typeof batchOf>[0]) {
  const done = handler(batchOf(records));
  let settled = false;
  void done.finally(() => {
    settled = true;
  });
  while (!settled) await vi.advanceTimersByTimeAsync(1_000);
  return done;
}

const NOTHING = { batchItemFailures: [] };

describe('index-search', () => {
  it('sends a whole batch in one request, signed, each document with its version and its tenant as routing', async () => {
    const records = Array.from({ length: 200 }, (_, index) => record(index + 1));
    expect(await handle(records)).toEqual(NOTHING);
    expect(engine.bulks).toHaveLength(1);
    const [url, request] = aws.mock.calls.find(([to]) => to.host === 'search.test')!;
    expect(String(url)).toBe('https://search.test/search-v2-1-w/_bulk?require_alias=true');
    expect(new Headers(request.headers).get('authorization')).toMatch(/^AWS4-HMAC-SHA256 Credential=test\/.*\/es\//);
    expect(engine.bulks[0]).toHaveLength(200);
    expect(engine.bulks[0]![0]).toMatchObject({
      id: `acme/msg_${conversationId.slice(4)}_1`,
      routing: 'acme',
      version: 1,
      source: { kind: 'message', tenant: 'acme', conversation: conversationId, seq: 1, sender: 'bob' },
    });
  });

  it('cuts what is larger than five megabytes into several bulks', async () => {
    const text = 'loom '.repeat(4_000);
    const records = Array.from({ length: 400 }, (_, index) => recordOf(item(index + 1, { b: { type: 'text', text } })));
    expect(await handle(records)).toEqual(NOTHING);
    expect(engine.bulks).toHaveLength(2);
    expect(engine.bulks.flat().map(({ source }) => source['seq'])).toEqual(records.map((_, index) => index + 1));
  });

  it.each([429, 500, 503])('tries again what got %i, and only that', async (status) => {
    engine.answers = ({ source }, bulk) => (source['seq'] === 2 && bulk < 3 ? status : 201);
    expect(await handle([record(1), record(2), record(3)])).toEqual(NOTHING);
    expect(engine.bulks.map((bulk) => bulk.map(({ source }) => source['seq']))).toEqual([[1, 2, 3], [2], [2]]);
    expect(parked()).toEqual([]);
  });

  it.each([429, 503])('comes back from the first document that went on getting %i', async (status) => {
    const records = [record(1), record(2), record(3)] as const;
    engine.answers = ({ source }) => (source['seq'] === 2 ? status : 201);
    expect(await handle(records)).toEqual(resumedAt(records[1]));
    expect(engine.bulks).toHaveLength(5);
    expect(parked()).toEqual([]);
  });

  it('takes a version conflict for success: something newer is there', async () => {
    engine.answers = ({ source }) => (source['seq'] === 1 ? 409 : 201);
    expect(await handle([record(1), record(2)])).toEqual(NOTHING);
    expect(parked()).toEqual([]);
  });

  it('parks what the engine will never take, with its payload, and indexes the others', async () => {
    const records = [record(1), record(2)] as const;
    engine.answers = ({ source }) => (source['seq'] === 1 ? 400 : 201);
    expect(await handle(records)).toEqual(NOTHING);
    expect(parked()).toMatchObject([{ Bucket: 'parking', Key: `index-search/${records[0].eventID}.json` }]);
    expect(JSON.parse(parked()[0]!.Body)).toEqual({
      consumer: 'index-search',
      reason: '400 type_400: because',
      record: records[0],
    });
  });

  it('parks what it cannot read with its payload, and indexes the others', async () => {
    const broken = brokenRecord();
    expect(await handle([record(1), broken, record(2)])).toEqual(NOTHING);
    expect(JSON.parse(parked()[0]!.Body)).toMatchObject({ record: broken });
    expect(engine.bulks[0]).toHaveLength(2);
  });

  it('parks a message whose media cannot be read, and indexes the others', async () => {
    const picture = recordOf(item(1, { b: { type: 'image', mediaId: 'med_AZqYt2a0cK6fPpQ1mWk3Zg' } }));
    const real = aws.getMockImplementation()!;
    aws.mockImplementation(async (url, request) => {
      const asks = String(request.headers['x-amz-target']).endsWith('BatchGetItem');
      if (!asks || !String(request.body).includes('med_')) return real(url, request);
      const strange = { pk: { S: 'x' }, sk: { S: 'MEDIA' }, ty: { S: 'media' } };
      return Response.json({ Responses: { table: [strange] }, UnprocessedKeys: {} }) as never;
    });
    expect(await handle([record(2), picture, record(3)])).toEqual(NOTHING);
    expect(parked()).toMatchObject([{ Key: `index-search/${picture.eventID}.json` }]);
    expect(engine.bulks.flat().map(({ source }) => source['seq'])).toEqual([2, 3]);
  });

  it.each([
    ['number that is too long', { a: 2n ** 63n }],
    ['body of an unknown type', { b: { type: 'poll' } }],
    ['key of another form', { pk: 'T#acme#L' }],
  ])('parks a message with a %s', async (_, wrong) => {
    expect(await handle([recordOf({ ...item(1), ...wrong })])).toEqual(NOTHING);
    expect(parked()).toHaveLength(1);
    expect(engine.bulks).toEqual([]);
  });

  it.each([
    ['does not answer', () => Promise.reject(new TypeError('fetch failed'))],
    ['says 503', async () => Response.json({ error: 'busy' }, { status: 503 })],
    ['says 403', async () => Response.json({ message: 'not authorized' }, { status: 403 })],
    ['answers something else', async () => Response.json({ items: [] })],
  ])('keeps the whole batch when the engine %s', async (_, answer) => {
    const one = record(1);
    engine.whole = answer;
    expect(await handle([one, record(2)])).toEqual(resumedAt(one));
    expect(parked()).toEqual([]);
  });

  it('asks once more when a kept-alive connection turns out to be closed', async () => {
    engine.whole = async (bulk) => {
      if (bulk === 1) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      return Response.json({ items: [{ index: { status: 201 } }] });
    };
    const later = vi.spyOn(globalThis, 'setTimeout');
    expect(await handle([record(1)])).toEqual(NOTHING);
    expect(engine.bulks).toHaveLength(2);
    // At once: the engine was not even asked.
    expect(later).not.toHaveBeenCalled();
  });

  it('creates the index when it is missing, and sends the batch again', async () => {
    engine.whole = async (bulk) =>
      Response.json({
        items: [
          { index: bulk === 1 ? { status: 404, error: { type: 'index_not_found_exception' } } : { status: 201 } },
        ],
      });
    expect(await handle([record(1)])).toEqual(NOTHING);
    expect(engine.others).toEqual(['PUT /search-v2-1']);
    expect(engine.bulks).toHaveLength(2);
  });

  it('indexes messages without text too', async () => {
    expect(await handle([recordOf(item(1, { b: { type: 'location', lat: 1, lon: 2 } }))])).toEqual(NOTHING);
    expect(engine.bulks[0]).toMatchObject([{ source: { type: 'location', has: ['location'] } }]);
  });

  it('raises the version with each change of the item, and lets a removal win over all', async () => {
    const states = [item(1), item(1, { b: { type: 'deleted' }, e: 5, v: 2, i: 1 }), item(1, { v: 3, e: 6, i: 2 })];
    const records = states.map((state, step) => recordOf(state, states[step - 1]));
    await handle([...records, recordOf(undefined, states.at(-1))]);
    expect(engine.bulks[0]!.map(({ version, source }) => [version, source['kind']])).toEqual([
      [1, 'message'],
      [2, 'gone'],
      [3, 'message'],
      [Number.MAX_SAFE_INTEGER, 'gone'],
    ]);
  });

  it('sends no change that leaves the document as it was', async () => {
    const k = { v: 1, c: 1, k: 1, u: ['bob'], f: 2, s: 2, a: 2 };
    const before = item(1, { k, i: 1 });
    const after = item(1, { k: { ...k, v: 2, c: 2 }, i: 2 });
    expect(await handle([recordOf(after, before)])).toEqual(NOTHING);
    expect(engine.bulks).toEqual([]);
    await handle([recordOf(before, item(1))]);
    expect(engine.bulks[0]).toMatchObject([{ version: 2, source: { has: ['thread'] } }]);
  });

  it('leaves what goes to the archive as it is', async () => {
    const chosen = item(1, { z: { l: 9 }, i: 1 });
    const left = item(1, { b: { type: 'text', text: '…' }, z: { l: 9, o: true }, i: 2 });
    expect(await handle([recordOf(chosen, item(1)), recordOf(left, chosen), recordOf(left)])).toEqual(NOTHING);
    expect(engine.bulks).toEqual([]);
  });

  it('does not send what the server says', async () => {
    const said = recordOf(item(1, { b: { type: 'system', kind: 'participants_added', userIds: ['bob'] } }));
    expect(
      await handle([
        said,
        recordOf(undefined, { ...item(1), b: { type: 'system', kind: 'role_changed', userIds: [] } }),
      ]),
    ).toEqual(NOTHING);
    expect(engine.bulks).toEqual([]);
  });

  it('passes over items that are none of its business', async () => {
    const given = recordOf({ pk: `T#acme#L#${conversationId}`, sk: 'M#000000000000001', ty: 'void', a: 1 });
    expect(await handle([given])).toEqual(NOTHING);
    expect(engine.bulks).toEqual([]);
    expect(parked()).toEqual([]);
  });

  it('sends users when their name changes, and when they go', async () => {
    const user = (displayName: string, version: number) =>
      UserEntity.toItem(scope('acme'), 'ada', {
        ...{ userId: 'ada', displayName, version, createdAt: 1, updatedAt: 1, updatedBy: 'ada' },
        privacy: { lastSeen: 'everyone', readReceipts: true } as never,
      });
    const [ada, same, countess] = [user('Ada', 1), user('Ada', 2), user('Countess', 3)];
    await handle([recordOf(ada), recordOf(same, ada), recordOf(countess, same), recordOf(undefined, countess)]);
    expect(engine.bulks[0]).toMatchObject([
      { id: 'acme/u/ada', version: 1, source: { kind: 'user', user: 'ada', names: 'ada ada' } },
      { version: 3, source: { names: 'countess ada' } },
      { version: Number.MAX_SAFE_INTEGER, source: { kind: 'gone', tenant: 'acme' } },
    ]);
  });

  it('looks a conversation up when its name may have changed, and not for every change of its settings', async () => {
    const settings = (name: string, version: number) =>
      ProfileEntity.toItem(scope('acme'), conversationId, {
        ...{ name, description: null, metadata: {}, settings: {}, version },
      });
    await handle([recordOf(settings('loom', 3), settings('loom', 2))]);
    expect(engine.bulks).toEqual([]);
    await handle([recordOf(settings('engine', 4), settings('loom', 3))]);
    // The table holds no head any more.
    expect(engine.bulks[0]).toMatchObject([{ id: `acme/${conversationId}`, source: { kind: 'gone' } }]);
  });
});
