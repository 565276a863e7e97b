import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import type { TenantRules } from '#contract/tenant.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as reactions } from '#functions/api/reactions/reactions.lambda.ts';
import { handler as receipts } from '#functions/api/receipts/receipts.lambda.ts';
import { handler as settings } from '#functions/api/settings/settings.lambda.ts';
import { handler as threads } from '#functions/api/threads/threads.lambda.ts';
import { documents } from '#functions/aws/documents.ts';
import { HeadEntity } from '#table/conversation.ts';
import { scope } from '#table/entity.ts';
import { mayRead } from '#table/media-link.ts';
import { MemberEntity } from '#table/member.ts';
import { readableMessages } from '#table/readable-messages.ts';
import { tableName } from '#table/table-name.ts';
import { findSettings, storeSettings } from '#table/tenant-settings.ts';
import { DAY_MS, sayLongAgo } from '#test/support/aged-log.ts';
import { call } from '#test/support/call.ts';
import { aGroup } from '#test/support/conversations.ts';
import { readyMedia, sayPicture } from '#test/support/media.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

let tenants = 0;
let tenantId: string;
let conversationId: string;
const as = (userId: string) => ({ tenantId, userId });
const tenant = () => scope(tenantId);
const idOf = (seq: number) => messageIdOf(conversationId, seq);

const keep = async (retention: Partial<TenantRules['retention']>) => {
  const { rules, version } = await findSettings(tenant());
  const after = { ...rules, retention: { ...rules.retention, ...retention } };
  await storeSettings(tenant(), { version, before: rules, after, by: 'ada', at: 1 });
};
const keepHere = async (days: number | undefined) =>
  documents.update({
    TableName: tableName(),
    Key: HeadEntity.key(tenant(), conversationId),
    UpdateExpression: 'SET #rules = :rules, createdAt = :long',
    ExpressionAttributeNames: { '#rules': 'rules' },
    ExpressionAttributeValues: { ':rules': days === undefined ? {} : { keep: days }, ':long': 1 },
  });

async function history(order: 'newest' | 'oldest', limit: number, userId = 'bob'): Promise<number[]> {
  const seqs: number[] = [];
  for (let cursor: string | undefined; ; ) {
    const input = { conversationId, limit, ...(cursor === undefined ? { order } : { cursor }) };
    const { body } = await call(messages, api.messages.listMessages, input, as(userId));
    const { items, nextCursor } = body as { items: { seq: number }[]; nextCursor: string | null };
    seqs.push(...items.map(({ seq }) => seq));
    if (nextCursor === null) return seqs;
    cursor = nextCursor;
  }
}
const mine = async () =>
  (await call(conversations, api.conversations.getConversation, { conversationId }, as('bob'))).body;

beforeEach(async () => {
  tenantId = `retention-${tenants++}`;
  conversationId = await aGroup(tenant(), ['ada', 'bob']);
  await keepHere(undefined);
});

describe('a message that is kept no longer', () => {
  it('is shown nowhere, at once, whether or not anything was removed', async () => {
    const old = await sayLongAgo(tenant(), conversationId, 8 * DAY_MS);
    const young = await sayLongAgo(tenant(), conversationId, 6 * DAY_MS);
    expect(await mine()).toMatchObject({ unreadCount: 2 });
    await keep({ days: 7 });
    const paths = [
      [messages, api.messages.getMessage, {}],
      [messages, api.messages.listVersions, {}],
      [messages, api.messages.deleteMessage, {}],
      [receipts, api.receipts.listReceipts, {}],
      [receipts, api.receipts.hideMessage, {}],
      [reactions, api.reactions.listReactions, {}],
      [reactions, api.reactions.addReaction, { emoji: '👍' }],
      [threads, api.threads.getThread, {}],
      [threads, api.threads.listReplies, {}],
      [threads, api.threads.replyToMessage, { body: { type: 'text', text: 'x' } }],
    ] as const;
    for (const [handler, route, input] of paths) {
      const reply = await call(handler, route, { messageId: idOf(old), ...input }, as('ada'));
      expect([route.path, reply.status, reply.body['code']]).toEqual([route.path, 404, 'message.not_found']);
    }
    expect(await call(messages, api.messages.getMessage, { messageId: idOf(young) }, as('bob'))).toMatchObject({
      status: 200,
    });
    expect(await mine()).toMatchObject({ unreadCount: 1, lastMessage: { seq: young } });
    const wanted = [old, young].map((seq) => ({ conversationId, seq }));
    const readable = await readableMessages(tenant(), 'bob', wanted, Date.now());
    expect(readable.map((one) => one?.seq)).toEqual([undefined, young]);
    await keep({ days: 5 });
    expect(await mine()).toMatchObject({ unreadCount: 0, lastMessage: null });
  });

  it('takes its media from its readers with it', async () => {
    const mediaId = await readyMedia(tenant());
    await sayPicture(tenant(), { conversationId, seq: 1_002 }, mediaId, { a: Date.now() - 8 * DAY_MS });
    expect(await mayRead(tenant(), mediaId, 'bob')).toBe(true);
    await keep({ days: 7 });
    expect(await mayRead(tenant(), mediaId, 'bob')).toBe(false);
    await sayPicture(tenant(), { conversationId, seq: 1_003 }, mediaId);
    expect(await mayRead(tenant(), mediaId, 'bob')).toBe(true);
  });

  it('is missing from pages of any length in either direction, and from nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 9 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 6 }),
        async (ages, days, limit) => {
          conversationId = await aGroup(tenant(), ['ada', 'bob']);
          await keepHere(days);
          const said: { seq: number; age: number }[] = [];
          // Oldest first, as a log is written.
          for (const age of [...ages].sort((a, b) => b - a))
            said.push({ seq: await sayLongAgo(tenant(), conversationId, age * DAY_MS), age });
          const kept = said.filter(({ age }) => age < days).map(({ seq }) => seq);
          const shown = (seqs: number[]) => seqs.filter((seq) => seq > 1);
          expect(shown(await history('oldest', limit))).toEqual(kept);
          expect(shown(await history('newest', limit))).toEqual([...kept].reverse());
          expect((await mine())['unreadCount']).toBe(kept.length);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('how long a conversation keeps its messages', () => {
  const set = (userId: string, retentionDays: number) =>
    call(settings, api.settings.updateSettings, { conversationId, version: 1, retentionDays }, as(userId));

  it('is its owner’s to say, within the tenant’s most', async () => {
    await keep({ maxDays: 30 });
    await documents.update({
      TableName: tableName(),
      Key: MemberEntity.key(tenant(), { conversationId, userId: 'bob' }),
      UpdateExpression: 'SET #role = :admin',
      ExpressionAttributeNames: { '#role': 'role' },
      ExpressionAttributeValues: { ':admin': 'admin' },
    });
    expect(await set('bob', 7)).toMatchObject({ status: 403, body: { code: 'participant.forbidden' } });
    expect(await set('ada', 31)).toMatchObject({
      status: 409,
      body: { code: 'settings.retention_too_long', maxDays: 30 },
    });
    expect(await set('ada', 30)).toMatchObject({ status: 200, body: { conversationSettings: { retentionDays: 30 } } });
  });
});
