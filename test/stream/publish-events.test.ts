import '#test/support/aws-env.ts';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { PublishedEvent } from '#contract/published-events.ts';
import { chunksOf, sizeOf } from '#gateways/event-bus.ts';
import type { Item } from '#table/entity.ts';
import { stubService } from '#test/support/aws-stub.ts';
import { itemsOf } from '#test/support/world.ts';
import { handler } from '../../functions/stream/publish-events.lambda.ts';
import { aConversationId, batchOf, brokenRecord, messageItem, recordOf, resumedAt } from './records.ts';

process.env[ENV.eventBus] = 'parley-test-events';
process.env[ENV.parkingBucket] = 'parking';
process.env[ENV.notificationsUrl] = 'https://sqs.test/notifications';

const bridge = mockClient(EventBridgeClient);
const s3 = mockClient(S3Client);
const queue = stubService('sqs');
const conversationId = aConversationId();
const record = (seq: number) => recordOf(messageItem({ tenantId: 'acme', conversationId, seq }));
const ofType = (type: string): Item => itemsOf('acme').find(({ ty }) => ty === type)!;

const sent = (): PutEventsRequestEntry[][] =>
  bridge.commandCalls(PutEventsCommand).map(({ args }) => args[0].input.Entries ?? []);
const said = () =>
  sent()
    .flat()
    .map(({ DetailType, Detail }) => ({ type: DetailType, detail: JSON.parse(Detail!) as Record<string, unknown> }));

/** EventBridge takes every entry but those whose detail `refuse` answers a code for. */
const taking = (refuse: (detail: { seq: number }) => string | undefined = () => undefined) =>
  bridge.on(PutEventsCommand).callsFake(({ Entries }: { Entries: PutEventsRequestEntry[] }) => ({
    Entries: Entries.map(({ Detail }) => {
      const code = refuse(JSON.parse(Detail!) as { seq: number });
      return code ? { ErrorCode: code, ErrorMessage: 'because' } : { EventId: 'taken' };
    }),
  }));

beforeEach(() => {
  bridge.reset();
  s3.reset();
  s3.onAnyCommand().resolves({});
  queue.reset();
  taking();
});

describe('publish-events', () => {
  it('says that a message was written, and not what', async () => {
    expect(await handler(batchOf([record(7)]))).toEqual({ batchItemFailures: [] });
    expect(sent().flat()).toMatchObject([{ EventBusName: 'parley-test-events', Source: 'parley' }]);
    expect(said()).toEqual([
      {
        type: 'message.created',
        detail: {
          tenant: 'acme',
          conversationId,
          seq: 7,
          messageId: `msg_${conversationId.slice(4)}_7`,
          senderId: 'bob',
          kind: 'text',
          mentions: null,
          at: '2026-11-21T09:30:00.007Z',
        },
      },
    ]);
    expect(JSON.stringify(sent())).not.toContain('algebraic');
  });

  it('says that a conversation began, and is silent when its head moves', async () => {
    const head = ofType('conversation');
    await handler(batchOf([recordOf(head), recordOf({ ...head, seq: 2 }, head)]));
    expect(said()).toMatchObject([{ type: 'conversation.created', detail: { tenant: 'acme', createdBy: 'ada' } }]);
  });

  it('says which state a media took, once a state', async () => {
    const ready = itemsOf('acme').find(({ ty, state }) => ty === 'media' && state === 'ready')!;
    const before = { ...ready, state: 'processing', version: 3 };
    await handler(
      batchOf([recordOf(ready, before), recordOf({ ...ready, exp: 1 }, ready), recordOf(undefined, ready)]),
    );
    expect(said()).toMatchObject([{ type: 'media.updated', detail: { state: 'ready', version: 4, ownerId: 'ada' } }]);
  });

  it('says whom a message calls', async () => {
    const item = messageItem({ tenantId: 'acme', conversationId, seq: 1 }, { m: { u: ['ada'] } });
    await handler(batchOf([recordOf(item)]));
    expect(said()).toMatchObject([{ detail: { mentions: { userIds: ['ada'], all: false } } }]);
  });

  it('says that a message was edited or deleted, and nothing of reactions, threads, the archive and removals', async () => {
    const place = { tenantId: 'acme', conversationId, seq: 1 };
    const item = messageItem(place);
    const edited = { ...item, v: 2, e: Date.UTC(2026, 10, 21, 10) };
    const deleted = { ...edited, v: 3, b: { type: 'deleted' } };
    await handler(
      batchOf([
        recordOf(edited, item),
        recordOf({ ...edited, r: { n: 3, t: [] } }, edited),
        recordOf({ ...edited, z: { l: 5, o: true } }, edited),
        recordOf(deleted, edited),
        recordOf({ ...edited, v: 4 }, deleted),
        recordOf(undefined, item),
      ]),
    );
    expect(said().map(({ type, detail }) => [type, detail['version'], detail['seq']])).toEqual([
      ['message.updated', 2, 1],
      ['message.deleted', 3, 1],
      ['message.updated', 4, 1],
    ]);
    expect(said()[0]!.detail['at']).toBe('2026-11-21T10:00:00.000Z');
  });

  it('says that somebody came or went, and nothing of what members do by themselves', async () => {
    const member = ofType('member');
    await handler(
      batchOf([recordOf(member), recordOf({ ...member, readSeq: 4 }, member), recordOf(undefined, member)]),
    );
    const { conversationId, userId, joinedSeq } = member;
    expect(said()).toMatchObject([
      { type: 'participant.added', detail: { tenant: 'acme', conversationId, userId, joinedSeq, addedBy: 'ada' } },
      { type: 'participant.removed', detail: { tenant: 'acme', conversationId, userId, joinedSeq } },
    ]);
  });

  it('has new messages looked at later: one small letter a conversation, none for what the server says', async () => {
    const [other, third] = [aConversationId(), aConversationId()];
    const system = { b: { type: 'system', event: 'participants_added', userIds: ['bob'] } } as never;
    await handler(
      batchOf([
        record(7),
        recordOf(messageItem({ tenantId: 'acme', conversationId: other, seq: 3 })),
        record(9),
        recordOf(messageItem({ tenantId: 'acme', conversationId: third, seq: 1 }, system)),
      ]),
    );
    const letters = queue
      .calls()
      .flatMap(({ args }) =>
        args[0].input.Entries.map((entry: { MessageBody: string }) => JSON.parse(entry.MessageBody)),
      );
    expect(letters).toEqual([
      { tenant: 'acme', conversationId, first: 7, last: 9 },
      { tenant: 'acme', conversationId: other, first: 3, last: 3 },
    ]);
  });

  it('keeps the whole batch when the queue is away', async () => {
    const one = record(1);
    queue.rejects(new Error('connection refused'));
    expect(await handler(batchOf([one, record(2)]))).toEqual(resumedAt(one));
    expect(sent()).toEqual([]);
  });

  it('says only what its contract declares', async () => {
    await handler(batchOf([record(1), recordOf(ofType('conversation')), recordOf(ofType('media'))]));
    expect(said()).toHaveLength(3);
    for (const event of said()) expect(PublishedEvent.safeParse(event)).toMatchObject({ success: true });
  });

  it('puts at most ten events in a call', async () => {
    await handler(batchOf(Array.from({ length: 25 }, (_, index) => record(index + 1))));
    expect(sent().map((entries) => entries.length)).toEqual([10, 10, 5]);
  });

  it('sends again only what was not taken', async () => {
    let refusals = 0;
    taking(({ seq }) => (seq === 2 && refusals++ < 1 ? 'ThrottlingException' : undefined));
    expect(await handler(batchOf([record(1), record(2), record(3)]))).toEqual({ batchItemFailures: [] });
    expect(said().map(({ detail }) => detail['seq'])).toEqual([1, 2, 3, 2]);
  });

  it('comes back from the first event that was never taken', async () => {
    const records = [record(1), record(2), record(3)] as const;
    taking(({ seq }) => (seq === 2 ? 'InternalFailure' : undefined));
    expect(await handler(batchOf(records))).toEqual(resumedAt(records[1]));
  });

  it('keeps the whole batch when the bus is away', async () => {
    const one = record(1);
    bridge.on(PutEventsCommand).rejects(new Error('connection refused'));
    expect(await handler(batchOf([one, record(2)]))).toEqual(resumedAt(one));
  });

  it('parks what the bus will never take, and what cannot be read', async () => {
    const [refused, broken] = [record(1), brokenRecord()] as const;
    taking(({ seq }) => (seq === 1 ? 'MalformedDetail' : undefined));
    expect(await handler(batchOf([refused, broken, record(2)]))).toEqual({ batchItemFailures: [] });
    expect(s3.calls().map(({ args }) => (args[0].input as { Key: string }).Key)).toEqual([
      `publish-events/${refused.eventID}.json`,
      `publish-events/${broken.eventID}.json`,
    ]);
  });
});

describe('chunks of entries', () => {
  it('stay below 256 KB, in order', () => {
    const entries = Array.from({ length: 12 }, (_, index) => ({ Detail: 'é'.repeat(30_000), DetailType: `${index}` }));
    const chunks = chunksOf(entries);
    expect(chunks.flat()).toEqual(entries);
    for (const chunk of chunks) {
      expect(chunk.reduce((sum, entry) => sum + sizeOf(entry), 0)).toBeLessThanOrEqual(256 * 1024);
    }
    expect(chunks.map((chunk) => chunk.length)).toEqual([4, 4, 4]);
  });
});
