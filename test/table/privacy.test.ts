import { expect, it, vi } from 'vitest';
import { api } from '#contract/api.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as receipts } from '#functions/api/receipts/receipts.lambda.ts';
import { handler as users } from '#functions/api/users/users.lambda.ts';
import { scope } from '#table/entity.ts';
import { call } from '#test/support/call.ts';
import { aGroup } from '#test/support/conversations.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

vi.mock('#gateways/signing-key.ts', () => ({ signingKey: async () => Buffer.alloc(32, 7) }));
useTable();

const tenantId = 'acme';
const tenant = scope(tenantId);
const { posts, connect } = useSockets(tenant);
const as = (userId: string) => ({ tenantId, userId });

it('keeps what somebody has read to themselves where they ask for it: in receipts, participants and events', async () => {
  const conversationId = await aGroup(tenant, ['ada', 'bob']);
  const body = { type: 'text', text: 'hello' };
  const { body: message } = await call(messages, api.messages.sendMessage, { conversationId, body }, as('ada'));
  const receiptsOf = async () => {
    const { body } = await call(receipts, api.receipts.listReceipts, { messageId: message['id'] }, as('ada'));
    return { deliveredTo: body['deliveredTo'], readBy: body['readBy'] };
  };
  const bobFor = async (who: string) => {
    const { body } = await call(conversations, api.conversations.listParticipants, { conversationId }, as(who));
    return (body['items'] as { userId: string }[]).find(({ userId }) => userId === 'bob');
  };
  const tellReading = async (readReceipts: boolean) => {
    const { version } = (await call(users, api.users.getMe, {}, as('bob'))).body;
    return call(users, api.users.updateMe, { version, privacy: { readReceipts } }, as('bob'));
  };

  expect((await tellReading(false)).status).toBe(200);
  await Promise.all([connect('ada'), connect('bob')]);
  await call(receipts, api.receipts.markRead, { conversationId, seq: 2 }, as('bob'));
  expect(posts.map(({ socket, frame }) => [socket, frame.events[0]?.type])).toEqual([
    ['bob=', 'read'],
    ['ada=', 'delivered'],
  ]);
  expect(await receiptsOf()).toEqual({ deliveredTo: ['bob'], readBy: [] });
  expect(await bobFor('ada')).toMatchObject({ readSeq: null, deliveredSeq: 2 });
  expect(await bobFor('bob')).toMatchObject({ readSeq: 2, deliveredSeq: 2 });

  await tellReading(true);
  expect(await receiptsOf()).toEqual({ deliveredTo: ['bob'], readBy: ['bob'] });
  expect(await bobFor('ada')).toMatchObject({ readSeq: 2 });
});
