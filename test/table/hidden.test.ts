import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as reactions } from '#functions/api/reactions/reactions.lambda.ts';
import { handler as receipts } from '#functions/api/receipts/receipts.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { findMember } from '#table/member.ts';
import { readableMessages } from '#table/readable-messages.ts';
import { call } from '#test/support/call.ts';
import { aGroup, sendText } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const tenant = scope('acme');
let conversationId: string;
const idOf = (seq: number) => messageIdOf(conversationId, seq);
const as = (userId: string) => ({ userId });
const hide = (seq: number, userId = 'bob') =>
  call(receipts, api.receipts.hideMessage, { messageId: idOf(seq) }, as(userId));

/** All numbers of the history that a user reads, page by page. */
async function history(userId: string, order: 'newest' | 'oldest', limit: number): Promise<number[]> {
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
const mine = async (userId: string) =>
  (await call(conversations, api.conversations.getConversation, { conversationId }, as(userId))).body;

beforeEach(async () => {
  conversationId = await aGroup(tenant, ['ada', 'bob']);
  for (let index = 2; index <= 6; index++) await sendText(logOf(tenant, conversationId), `number ${index}`);
});

describe('a message that somebody deleted for themselves', () => {
  it('is nowhere for them any more, and for the others where it was', async () => {
    expect(await hide(4)).toMatchObject({ status: 200, body: { messageId: idOf(4), hidden: true } });
    const paths = [
      [messages, api.messages.getMessage, {}],
      [messages, api.messages.listVersions, {}],
      [messages, api.messages.deleteMessage, {}],
      [receipts, api.receipts.listReceipts, {}],
      [reactions, api.reactions.listReactions, {}],
      [reactions, api.reactions.addReaction, { emoji: '👍' }],
    ] as const;
    for (const [handler, route, input] of paths)
      expect(await call(handler, route, { messageId: idOf(4), ...input }, as('bob'))).toMatchObject({
        status: 404,
        body: { code: 'message.not_found' },
      });
    expect(await history('bob', 'newest', 2)).toEqual([6, 5, 3, 2, 1]);
    expect(await history('ada', 'newest', 2)).toEqual([6, 5, 4, 3, 2, 1]);
    const wanted = [4, 5].map((seq) => ({ conversationId, seq }));
    expect((await readableMessages(tenant, 'bob', wanted, Date.now())).map((one) => one?.seq)).toEqual([undefined, 5]);
    expect((await readableMessages(tenant, 'ada', wanted, Date.now())).map((one) => one?.seq)).toEqual([4, 5]);
    expect(await call(messages, api.messages.getMessage, { messageId: idOf(4) })).toMatchObject({ status: 200 });
  });

  it('is no unread message of theirs, and lists do not show it', async () => {
    expect(await mine('bob')).toMatchObject({ unreadCount: 5, lastMessage: { seq: 6 } });
    await hide(6);
    await hide(3);
    expect(await mine('bob')).toMatchObject({ unreadCount: 3, lastMessage: null });
    expect(await mine('ada')).toMatchObject({ lastMessage: { seq: 6 } });
    await call(receipts, api.receipts.markRead, { conversationId, seq: 4 }, as('bob'));
    expect(await mine('bob')).toMatchObject({ unreadCount: 1 });
    await sendText(logOf(tenant, conversationId), 'new');
    expect(await mine('bob')).toMatchObject({ unreadCount: 2, lastMessage: { seq: 7 } });
  });

  it('is hidden once, however often, and only by those who may read it', async () => {
    await Promise.all([hide(5), hide(5), hide(2)]);
    expect(await hide(5)).toMatchObject({ status: 200 });
    expect((await findMember(tenant, conversationId, 'bob'))?.hid).toEqual({ first: 2, last: 5 });
    expect(await hide(5, 'mallory')).toMatchObject({ status: 404, body: { code: 'message.not_found' } });
    expect(await hide(99)).toMatchObject({ status: 404 });
  });

  it('leaves pages as they were but for itself, whatever is hidden and however long they are', async () => {
    const all = [1, 2, 3, 4, 5, 6];
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(...all), { maxLength: 6 }),
        fc.integer({ min: 1, max: 7 }),
        async (seqs, limit) => {
          const group = await aGroup(tenant, ['ada', 'bob']);
          conversationId = group;
          for (let index = 2; index <= 6; index++) await sendText(logOf(tenant, group), `number ${index}`);
          await Promise.all(seqs.map((seq) => hide(seq)));
          const left = all.filter((seq) => !seqs.includes(seq));
          expect(await history('bob', 'oldest', limit)).toEqual(left);
          expect(await history('bob', 'newest', limit)).toEqual([...left].reverse());
          expect((await mine('bob'))['unreadCount']).toBe(left.filter((seq) => seq > 1).length);
        },
      ),
      { numRuns: 12 },
    );
  });
});
