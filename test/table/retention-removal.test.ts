import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as reactions } from '#functions/api/reactions/reactions.lambda.ts';
import { handler as threads } from '#functions/api/threads/threads.lambda.ts';
import { documents, pagesOf } from '#functions/aws/documents.ts';
import { HeadEntity } from '#table/conversation.ts';
import { type Item, scope } from '#table/entity.ts';
import { expireConversation } from '#table/expiry.ts';
import { setHold } from '#table/legal-hold.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { mayRead } from '#table/media-link.ts';
import { logPartition, seqOf } from '#table/message.ts';
import { partitionOf as reactionsOf } from '#table/reaction.ts';
import { tableName } from '#table/table-name.ts';
import { DAY_MS, sayLongAgo } from '#test/support/aged-log.ts';
import { call } from '#test/support/call.ts';
import { aGroup, sendText, someClientId } from '#test/support/conversations.ts';
import { linkTo, readyMedia } from '#test/support/media.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const tenant = scope('acme');
const RETENTION = { days: 7, maxDays: null, archiveAfterDays: null };
let conversationId: string;

const expire = (most = 10_000, dryRun = false) =>
  expireConversation(tenant, conversationId, { retention: RETENTION, at: Date.now(), most, dryRun });
const say = (days: number, stored = {}) => sayLongAgo(tenant, conversationId, days * DAY_MS, stored);
const head = async () => (await logOf(tenant, conversationId).head())!;

async function itemsIn(pk: string): Promise<Item[]> {
  const found: Item[] = [];
  const pages = pagesOf({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': pk },
  });
  for await (const items of pages) found.push(...items);
  return found;
}
const numbersLeft = async () =>
  (await itemsIn(logPartition(tenant, conversationId))).map(({ sk }) => seqOf(sk)).sort((a, b) => a - b);

/** Entry 1 of a conversation is of today: make it as old as the rest. */
const ageFirst = () =>
  documents.update({
    TableName: tableName(),
    Key: { pk: logPartition(tenant, conversationId), sk: 'M#000000000000001' },
    UpdateExpression: 'SET a = :long',
    ExpressionAttributeValues: { ':long': 1 },
  });
const audit = (id: string) =>
  ({
    id,
    at: 1,
    actorId: 'ada',
    action: 'hold.placed',
    target: { kind: 'conversation', id: conversationId },
    before: null,
    after: null,
    reason: 'a case',
    requestId: null,
  }) as const;

beforeEach(async () => {
  conversationId = await aGroup(tenant, ['ada', 'bob']);
  await ageFirst();
});

describe('removal', () => {
  it('leaves nothing of what is kept no longer, and everything else', async () => {
    const old = await say(9);
    const messageId = messageIdOf(conversationId, old);
    const mediaId = 'med_AZqYt2a0cK6fPpQ1mWk3Zg';
    const picture = await say(8, { b: { type: 'image', mediaId } });
    await readyMedia(tenant, 'image/jpeg', { mediaId });
    await linkTo(tenant, { conversationId, seq: picture }, mediaId, { a: Date.now() - 8 * DAY_MS });
    // What was done to it lately has numbers of its own, which are kept.
    await call(messages, api.messages.editMessage, { messageId, version: 1, body: { type: 'text', text: 'secret' } });
    await call(messages, api.messages.editMessage, { messageId, version: 2, body: { type: 'text', text: 'changed' } });
    await call(reactions, api.reactions.addReaction, { messageId, emoji: '👍' }, { userId: 'bob' });
    await call(threads, api.threads.replyToMessage, { messageId, body: { type: 'text', text: 'a reply' } });
    const young = await say(1);
    expect(await expire()).toMatchObject({
      outcome: 'done',
      removed: { messages: 3, changes: 0, reactions: 1, versions: 2, media: 1 },
    });
    expect(await head()).toMatchObject({ firstSeq: picture + 1, lastSeq: young });
    expect((await numbersLeft())[0]).toBe(picture + 1);
    expect(JSON.stringify(await itemsIn(logPartition(tenant, conversationId)))).not.toMatch(/secret|number 2/);
    expect(await itemsIn(reactionsOf(tenant, { conversationId, seq: old }))).toEqual([]);
    expect(await mayRead(tenant, mediaId, 'bob')).toBe(false);
    expect(await expire()).toMatchObject({ outcome: 'kept', removed: { messages: 0 } });
  });

  it('only counts in a dry run', async () => {
    for (const days of [9, 8, 1]) await say(days);
    expect(await expire(10_000, true)).toMatchObject({ outcome: 'done', removed: { messages: 3 } });
    expect(await numbersLeft()).toEqual([1, 2, 3, 4]);
    expect((await head()).firstSeq).toBe(1);
  });

  it('does not happen under a legal hold, of the conversation or of the tenant', async () => {
    await say(9);
    const hold = { reason: 'a case', by: 'ada', at: 1 };
    for (const on of [conversationId, undefined]) {
      const id = () => `aud_${someClientId()}`;
      expect(await setHold(tenant, on, hold, audit(id()))).toBe(true);
      expect(await setHold(tenant, on, hold, audit(id()))).toBe(false);
      expect(await expire()).toMatchObject({ outcome: 'held', removed: { messages: 0 } });
      expect(await numbersLeft()).toEqual([1, 2]);
      expect((await head()).firstSeq).toBe(1);
      expect(await setHold(tenant, on, undefined, audit(id()))).toBe(true);
    }
    expect(await expire()).toMatchObject({ outcome: 'done', removed: { messages: 2 } });
  });

  it('goes on where a run that died stopped, also when it died between giving up and removing', async () => {
    for (let index = 0; index < 5; index++) await say(9);
    await documents.update({
      TableName: tableName(),
      Key: HeadEntity.key(tenant, conversationId),
      UpdateExpression: 'SET firstSeq = :four',
      ExpressionAttributeValues: { ':four': 4 },
    });
    expect(await expire()).toMatchObject({ outcome: 'done', removed: { messages: 6 } });
    expect(await numbersLeft()).toEqual([]);
  });

  it('makes a repetition of a send that is gone too old, never a second message', async () => {
    const clientId = someClientId(Date.now() - 9 * DAY_MS);
    const log = logOf(tenant, conversationId);
    const key = (await import('#table/log/client-id-key.ts')).keyOfClientId('ada', clientId);
    const at = Date.now() - 9 * DAY_MS;
    const taken = await log.take({ key, at }, { generationAtMost: 100 });
    if (!taken.ok) throw new Error('no number');
    await log.put(taken.seq, { u: 'ada', c: clientId, h: 'x', b: { type: 'text', text: 'x' }, a: at, v: 1 });
    await say(1);
    await expire();
    await expect(sendText(log, 'x', { clientId })).rejects.toMatchObject({ code: 'message.client_id_too_old' });
    expect(await numbersLeft()).toEqual([3]);
  });

  it('in any steps, beside readers and writers, shows nobody anything old and ends with nothing of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 14 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.constantFrom('expire', 'read', 'send', 'two'), { maxLength: 8 }),
        async (ages, steps) => {
          conversationId = await aGroup(tenant, ['ada', 'bob']);
          await ageFirst();
          await documents.update({
            TableName: tableName(),
            Key: HeadEntity.key(tenant, conversationId),
            UpdateExpression: 'SET #rules = :rules',
            ExpressionAttributeNames: { '#rules': 'rules' },
            ExpressionAttributeValues: { ':rules': { keep: 7 } },
          });
          const kept: number[] = [];
          for (const age of [...ages].sort((a, b) => b - a)) {
            const seq = await say(age);
            if (age < 7) kept.push(seq);
          }
          const read = async () => {
            const { body } = await call(messages, api.messages.listMessages, { conversationId, limit: 50 });
            const seqs = (body['items'] as { seq: number }[]).map(({ seq }) => seq).reverse();
            expect(seqs.slice(0, kept.length)).toEqual(kept);
          };
          for (const step of steps) {
            if (step === 'expire') await Promise.all([expire(), read()]);
            if (step === 'two') await Promise.all([expire(), expire(), read()]);
            if (step === 'read') await read();
            if (step === 'send') kept.push((await sendText(logOf(tenant, conversationId), 'new')).seq);
          }
          await expire();
          await expire();
          await read();
          expect(await numbersLeft()).toEqual(kept);
          expect((await head()).firstSeq).toBe(kept[0] ?? (await head()).seq + 1);
        },
      ),
      { numRuns: 10 },
    );
  });
});
