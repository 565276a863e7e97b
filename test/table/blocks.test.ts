import { beforeAll, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { ENV } from '#contract/environment.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler } from '#functions/api/users/users.lambda.ts';
import { blockUser, unblockUser } from '#table/block.ts';
import { directConversationId } from '#table/direct-conversation.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { findMember } from '#table/member.ts';
import { call } from '#test/support/call.ts';
import { denseLog, textsOf } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
beforeAll(() => {
  process.env[ENV.socketsEndpoint] = 'http://127.0.0.1:1/chat';
});

let tenants = 0;
const someTenant = () => `blocks-${tenants++}`;
const as = (tenantId: string, userId: string) => ({ tenantId, userId });

const direct = (tenantId: string, from: string, to: string) =>
  call(conversations, api.conversations.createConversation, { type: 'direct', participants: [to] }, as(tenantId, from));
const say = (tenantId: string, userId: string, conversationId: unknown, text: string) =>
  call(messages, api.messages.sendMessage, { conversationId, body: { type: 'text', text } }, as(tenantId, userId));
const block = (tenantId: string, userId: string, blocked: string) =>
  call(handler, api.users.blockUser, { userId: blocked }, as(tenantId, userId));
const unblock = (tenantId: string, userId: string, blocked: string) =>
  call(handler, api.users.unblockUser, { userId: blocked }, as(tenantId, userId));

describe('a block', () => {
  it('stops direct messages of the blocked, tells them nothing, and can be taken back', async () => {
    const tenantId = someTenant();
    const { id } = (await direct(tenantId, 'ada', 'bob')).body;
    expect((await say(tenantId, 'bob', id, 'hello')).status).toBe(201);
    expect(await block(tenantId, 'ada', 'bob')).toMatchObject({ status: 200, body: { userId: 'bob' } });
    const refused = await say(tenantId, 'bob', id, 'are you there?');
    expect(refused).toMatchObject({ status: 403, body: { code: 'message.forbidden' } });
    expect(Object.keys(refused.body).sort()).toEqual(['code', 'requestId', 'status', 'title', 'type']);
    expect(textsOf(await denseLog(logOf(scope(tenantId), String(id))))).toEqual(['hello']);
    expect((await unblock(tenantId, 'ada', 'bob')).status).toBe(200);
    expect((await say(tenantId, 'bob', id, 'again')).status).toBe(201);
    expect((await unblock(tenantId, 'ada', 'bob')).status).toBe(200);
  });

  it('stops a direct conversation from being made, from either side; the one there was stays readable', async () => {
    const tenantId = someTenant();
    await block(tenantId, 'ada', 'bob');
    for (const [from, to] of [
      ['bob', 'ada'],
      ['ada', 'bob'],
    ] as const)
      expect(await direct(tenantId, from, to)).toMatchObject({ status: 403, body: { code: 'conversation.forbidden' } });
    expect((await direct(tenantId, 'bob', 'cleo')).status).toBe(201);
    await block(tenantId, 'cleo', 'bob');
    expect((await direct(tenantId, 'bob', 'cleo')).status).toBe(200);
    await unblock(tenantId, 'ada', 'bob');
    expect((await direct(tenantId, 'bob', 'ada')).status).toBe(201);
  });

  it('is nobody’s own, is kept from its first time, and is listed to who made it only', async () => {
    const tenantId = someTenant();
    expect(await block(tenantId, 'ada', 'ada')).toMatchObject({ status: 400, body: { issues: [{ path: 'userId' }] } });
    expect(await blockUser(scope(tenantId), { userId: 'ada', blockedId: 'bob' }, 1_000)).toBe(1_000);
    expect(await blockUser(scope(tenantId), { userId: 'ada', blockedId: 'bob' }, 2_000)).toBe(1_000);
    for (const other of ['cleo', 'dora']) await block(tenantId, 'ada', other);
    const first = await call(handler, api.users.listBlocked, { limit: 2 }, as(tenantId, 'ada'));
    expect(first.body['items']).toMatchObject([
      { userId: 'bob', blockedAt: new Date(1_000).toISOString() },
      { userId: 'cleo' },
    ]);
    const input = { limit: 2, cursor: first.body['nextCursor'] };
    expect((await call(handler, api.users.listBlocked, input, as(tenantId, 'ada'))).body).toMatchObject({
      items: [{ userId: 'dora' }],
      nextCursor: null,
    });
    expect((await call(handler, api.users.listBlocked, {}, as(tenantId, 'bob'))).body['items']).toEqual([]);
  });

  it('that races with the conversation’s making holds, whichever was first', async () => {
    for (let round = 0; round < 12; round++) {
      const tenantId = someTenant();
      const tenant = scope(tenantId);
      const id = { userId: 'ada', blockedId: 'bob' };
      const [made] = await Promise.all([direct(tenantId, 'bob', 'ada'), blockUser(tenant, id, Date.now())]);
      const conversationId = directConversationId(tenant, 'ada', 'bob');
      const member = await findMember(tenant, conversationId, 'bob');
      expect(made.status).toBe(member ? 201 : 403);
      expect(member?.blocked).toBe(member ? true : undefined);
      await unblockUser(tenant, id);
      expect((await findMember(tenant, conversationId, 'bob'))?.blocked).toBeUndefined();
    }
  });
});
