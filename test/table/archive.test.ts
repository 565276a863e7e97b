import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as pins } from '#functions/api/pins/pins.lambda.ts';
import { handler as reactions } from '#functions/api/reactions/reactions.lambda.ts';
import { handler as threads } from '#functions/api/threads/threads.lambda.ts';
import { documents } from '#functions/aws/documents.ts';
import { archiveConversation, LEASE_MS } from '#table/archive.ts';
import { Corrupt } from '#table/archive-object.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { findMember } from '#table/member.ts';
import { findStoredMessage, MessageEntity, type StoredMessage } from '#table/message.ts';
import { changeMessage } from '#table/message-change.ts';
import { readableMessages } from '#table/readable-messages.ts';
import { tableName } from '#table/table-name.ts';
import { DAY_MS, sayLongAgo } from '#test/support/aged-log.ts';
import { dyingAfter, misreading, objectsOf, spoil, useArchive } from '#test/support/archive.ts';
import { call } from '#test/support/call.ts';
import { aGroup, denseLog, sendText } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
useArchive();

const tenant = scope('acme');
let [conversationId, hours] = ['', 0];
const idOf = (seq: number) => messageIdOf(conversationId, seq);
const log = () => logOf(tenant, conversationId);
const say = (days: number, stored: Partial<StoredMessage> = {}) =>
  sayLongAgo(tenant, conversationId, days * DAY_MS, stored);
const archive = (days = 30, most = 10) =>
  archiveConversation(tenant, conversationId, {
    since: Date.now() - days * DAY_MS,
    at: Date.now() + hours++ * 3_600_000,
    most,
  });
const stored = (seq: number) => findStoredMessage(tenant, { conversationId, seq });
/** Every page of the history, in an order; from page `turn` on in the other one, by that page's own cursor. */
async function pages(order: 'newest' | 'oldest', limit: number, turn: number, userId = 'bob'): Promise<unknown[]> {
  const seen: unknown[] = [];
  let cursor: string | undefined;
  for (let page = 1; page < 100; page++) {
    const input = { conversationId, limit, ...(cursor === undefined ? { order } : { cursor }) };
    const { body, status } = await call(messages, api.messages.listMessages, input, { tenantId: 'acme', userId });
    expect(status).toBe(200);
    const { items, nextCursor, previousCursor } = body as Record<'nextCursor' | 'previousCursor', string | null> & {
      items: unknown[];
    };
    seen.push(items);
    const next = page === turn ? previousCursor : nextCursor;
    if (next === null) return seen;
    cursor = next;
  }
  throw new Error('the history does not end');
}

beforeEach(async () => {
  conversationId = await aGroup(tenant, ['ada', 'bob']);
  await documents.update({
    TableName: tableName(),
    Key: MessageEntity.key(tenant, { conversationId, seq: 1 }),
    UpdateExpression: 'SET a = :long',
    ExpressionAttributeValues: { ':long': Date.now() - 400 * DAY_MS },
  });
});

const VARIANTS: Partial<StoredMessage>[] = [
  {},
  { p: 3 },
  { b: { type: 'deleted' }, v: 2 },
  { r: { n: 7, t: [{ e: '👍', c: 1, u: ['bob'] }] } },
  { m: { u: ['bob'] } },
  { q: { s: 2, u: 'ada' }, e: 5, v: 3 },
  { u: 'bob', w: { c: 'cnv_AAAAAAAAAAAAAAAAAAAAAA', s: 1, u: 'ada', a: 9 } },
];

describe('a conversation of which the old part lies in the archive', () => {
  it('reads as it did before, in both directions, with any page size, from any cursor', async () => {
    const message = fc.record({ days: fc.integer({ min: 0, max: 120 }), variant: fc.nat(VARIANTS.length - 1) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 14 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 130 }),
        fc.constantFrom('newest' as const, 'oldest' as const),
        fc.nat(4),
        fc.boolean(),
        async (said, limit, border, order, turn, hasVoid) => {
          conversationId = await aGroup(tenant, ['ada', 'bob']);
          await documents.update({
            TableName: tableName(),
            Key: MessageEntity.key(tenant, { conversationId, seq: 1 }),
            UpdateExpression: 'SET a = :long',
            ExpressionAttributeValues: { ':long': Date.now() - 400 * DAY_MS },
          });
          for (const { days, variant } of said.sort((one, other) => other.days - one.days))
            await say(days, VARIANTS[variant]);
          if (hasVoid) {
            const taken = await log().take({ key: 'a-client-id', at: 1 }, { generationAtMost: 99 });
            if (taken.ok) await log().void(taken.seq, 1);
          }
          const before = await pages(order, limit, turn);
          const ids = (await denseLog(log())).map(({ seq }) => ({ conversationId, seq }));
          const read = await readableMessages(tenant, 'bob', ids, Date.now());
          await archive(border);
          expect(await pages(order, limit, turn)).toEqual(before);
          expect(await readableMessages(tenant, 'bob', ids, Date.now())).toEqual(read);
          await denseLog(log());
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has lost the content of old messages from the table, by month, and nothing of young ones', async () => {
    await say(100);
    await say(99.9);
    await say(40);
    await say(3);
    expect(await archive()).toBe(3);
    const objects = await objectsOf('acme', conversationId);
    expect(objects.length).toBeGreaterThanOrEqual(2);
    expect(objects.every((key) => /\/\d{4}-\d{2}\/\d+-\d+\.jsonl\.gz$/.test(key))).toBe(true);
    for (const seq of [2, 3, 4]) expect(await stored(seq)).toMatchObject({ b: { text: '…' }, z: { o: true } });
    expect(await stored(5)).toMatchObject({ b: { text: 'number 5' } });
    expect((await stored(5))?.z).toBeUndefined();
    const { body } = await call(messages, api.messages.getMessage, { messageId: idOf(2) }, { userId: 'bob' });
    expect(body).toMatchObject({ body: { text: 'number 2' } });
    expect((await log().head())?.firstSeq).toBe(1);
    expect(await archive()).toBe(0);
  });

  it('is seen by nobody who may not see it', async () => {
    await say(100);
    await archive();
    const outside = await call(messages, api.messages.getMessage, { messageId: idOf(2) }, { userId: 'eve' });
    expect(outside).toMatchObject({ status: 404, body: { code: 'message.not_found' } });
    expect(await readableMessages(tenant, 'eve', [{ conversationId, seq: 2 }], Date.now())).toEqual([undefined]);
  });

  it('counts what is unread as before', async () => {
    const { handler: list } = await import('#functions/api/conversations/conversations.lambda.ts');
    const counts = async () => {
      const { body } = await call(list, api.conversations.listConversations, {}, { userId: 'bob' });
      return (body['items'] as { id: string; unread: unknown }[]).find(({ id }) => id === conversationId);
    };
    for (const days of [100, 90, 40, 2]) await say(days);
    const before = await counts();
    await archive();
    expect(await counts()).toEqual(before);
    expect(await findMember(tenant, conversationId, 'bob')).toBeDefined();
  });

  it('takes no more changes, and can be forwarded', async () => {
    await say(100);
    await archive();
    const as = { userId: 'ada' };
    const messageId = idOf(2);
    const body = { type: 'text', text: 'other' };
    const refused = { status: 409, body: { code: 'message.archived' } };
    expect(await call(messages, api.messages.editMessage, { messageId, version: 1, body }, as)).toMatchObject(refused);
    expect(await call(messages, api.messages.deleteMessage, { messageId }, as)).toMatchObject(refused);
    expect(await call(reactions, api.reactions.addReaction, { messageId, emoji: '👍' }, as)).toMatchObject(refused);
    expect(await call(pins, api.pins.pinMessage, { messageId }, as)).toMatchObject(refused);
    expect(await call(threads, api.threads.replyToMessage, { messageId, body }, as)).toMatchObject(refused);
    expect((await stored(2))?.v).toBe(1);
    // Nobody took a number for it.
    expect((await log().head())?.seq).toBe(2);
    const targets = [{ conversationId }];
    const { body: forwarded } = await call(messages, api.messages.forwardMessage, { messageId, targets }, as);
    expect(forwarded).toMatchObject({ results: [{ status: 'forwarded', message: { body: { text: 'number 2' } } }] });
  });

  it('refuses a change that was begun before its message was chosen', async () => {
    await say(100);
    const { seq } = await sendText(log(), 'later');
    await dyingAfter(7, archive);
    expect(await stored(2)).toMatchObject({ z: { l: 2 }, b: { text: 'number 2' } });
    const change = {
      ...{ conversationId, seq: seq + 1, actor: 'ada', operationId: 'o', hash: 'h', at: 1 },
      what: { kind: 'message_edited', seq: 2, before: { type: 'text', text: 'number 2' }, version: 1 },
      body: { type: 'text', text: 'other' },
    } as const;
    expect(await changeMessage(tenant, change)).toBe('stale');
  });
});

describe('moving messages to the archive', () => {
  it('loses and doubles nothing wherever it is interrupted, and is finished by the next run', async () => {
    await say(100);
    await say(99, { p: 9 });
    for (const days of [98, 40, 39, 2]) await say(days);
    const before = await pages('newest', 3, 0);
    let steps = 0;
    for (let ended = false; !ended; steps++) {
      ended = await dyingAfter(steps % 7, archive);
      expect(await pages('newest', 3, 0)).toEqual(before);
      if (steps > 60) throw new Error('it does not end');
    }
    expect(steps).toBeGreaterThan(2);
    await archive();
    expect(await pages('newest', 3, 0)).toEqual(before);
    for (const seq of [2, 4, 5, 6]) expect((await stored(seq))?.z?.o).toBe(true);
    for (const seq of [3, 7]) expect((await stored(seq))?.z).toBeUndefined();
    const numbers = (await objectsOf('acme', conversationId)).map((key) =>
      key
        .match(/(\d+)-(\d+)\.jsonl/)
        ?.slice(1)
        .map(Number),
    );
    expect(numbers.flatMap((part = []) => part).sort((a, b) => a - b)[0]).toBe(1);
  });

  it('takes nothing from the table when the object is not what was written', async () => {
    await say(100);
    await misreading(() => expect(archive()).rejects.toThrow(Corrupt));
    expect(await stored(2)).toMatchObject({ b: { text: 'number 2' } });
    expect((await stored(2))?.z?.o).toBeUndefined();
    expect(await archive()).toBe(1);
    expect(await stored(2)).toMatchObject({ b: { text: '…' } });
  });

  it('answers nothing from an object that was changed afterwards', async () => {
    await say(100);
    await archive();
    for (const key of await objectsOf('acme', conversationId)) await spoil(key);
    await expect(readableMessages(tenant, 'bob', [{ conversationId, seq: 2 }], Date.now())).rejects.toThrow(Corrupt);
  });

  it('leaves a part alone that somebody else is at', async () => {
    await say(100);
    const [since, at] = [Date.now() - 30 * DAY_MS, Date.now() + 1_000 * 3_600_000];
    await dyingAfter(2, () => archiveConversation(tenant, conversationId, { since, at, most: 1 }));
    expect(await archiveConversation(tenant, conversationId, { since, at: at + LEASE_MS - 1, most: 1 })).toBe(0);
    expect(await archiveConversation(tenant, conversationId, { since, at: at + LEASE_MS, most: 1 })).toBe(0);
    expect(await archiveConversation(tenant, conversationId, { since, at: at + LEASE_MS + 1, most: 2 })).toBe(1);
  });

  it('is bounded by parts', async () => {
    for (const days of [200, 150, 100]) await say(days);
    expect(await archive(30, 1)).toBe(0);
    expect(await archive(30, 1)).toBe(1);
    expect(await archive(30, 10)).toBe(2);
  });
});
