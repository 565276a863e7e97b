import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { audienceOf, MemberEntity } from '#table/member.ts';
import { countMembers } from '#table/member-count.ts';
import { addMembers } from '#table/participants-add.ts';
import { tableName } from '#table/table-name.ts';
import { call } from '#test/support/call.ts';
import { aGroup, denseLog, someClientId, textsOf } from '#test/support/conversations.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const tenant = scope('acme');
const { createConversation, addParticipants, getConversation } = api.conversations;
const { sendMessage, getMessage } = api.messages;

const idOf = ({ body }: { body: Readonly<Record<string, unknown>> }): string => String(body['id']);
const say = (conversationId: string, userId: string, text: string, clientId = someClientId(), tenantId = 'acme') =>
  call(messages, sendMessage, { conversationId, clientId, body: { type: 'text', text } }, { userId, tenantId });

let pairs = 0;

describe('direct conversations', () => {
  it('exist once per pair, whoever asks, however often, at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 2, maxLength: 8 }), async (askers) => {
        pairs += 1;
        const [one, two] = [`one${pairs}`, `two${pairs}`];
        const replies = await Promise.all(
          askers.map((first) =>
            call(
              conversations,
              createConversation,
              { type: 'direct', participants: [first ? two : one] },
              { userId: first ? one : two },
            ),
          ),
        );
        expect(new Set(replies.map(idOf)).size).toBe(1);
        expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
        const conversationId = idOf(replies[0]!);
        expect((await audienceOf(tenant, conversationId)).sort()).toEqual([one, two]);
        expect(await denseLog(logOf(tenant, conversationId))).toHaveLength(1);
      }),
      { numRuns: 30 },
    );
  });

  it('are others in another tenant', async () => {
    const ask = (tenantId: string) =>
      call(conversations, createConversation, { type: 'direct', participants: ['bob'] }, { userId: 'ada', tenantId });
    expect(idOf(await ask('acme'))).not.toBe(idOf(await ask('globex')));
  });

  it('take nobody else in, and nobody talks to themselves', async () => {
    const direct = await call(conversations, createConversation, { type: 'direct', participants: ['bob'] });
    const added = await call(conversations, addParticipants, { conversationId: idOf(direct), userIds: ['eve'] });
    expect(added).toMatchObject({ status: 409, body: { code: 'participant.direct_fixed' } });
    const alone = await call(conversations, createConversation, { type: 'direct', participants: ['ada'] });
    expect(alone).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
  });
});

describe('groups', () => {
  it('are created once per Idempotency-Key; another body under it is refused', async () => {
    const create = (name: string) =>
      call(
        conversations,
        createConversation,
        { type: 'group', name, participants: ['bob'] },
        { headers: { 'Idempotency-Key': 'engines-1' } },
      );
    const replies = await Promise.all([create('Engines'), create('Engines'), create('Engines')]);
    expect(new Set(replies.map(idOf)).size).toBe(1);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(await create('Looms')).toMatchObject({
      status: 409,
      body: { code: 'conversation.idempotency_conflict' },
    });
  });

  it('report each user that is added, and say so in the log', async () => {
    const conversationId = await aGroup(tenant);
    const reply = await call(conversations, addParticipants, { conversationId, userIds: ['bob', 'eve', 'eve'] });
    expect(reply).toMatchObject({
      status: 200,
      body: {
        results: [
          { userId: 'bob', status: 'already_member' },
          { userId: 'eve', status: 'added' },
        ],
      },
    });
    const entries = await denseLog(logOf(tenant, conversationId));
    expect(entries.at(-1)).toMatchObject({
      message: { u: 'ada', b: { type: 'system', kind: 'participants_added', userIds: ['eve'] } },
    });
  });

  it('let only owners and admins add, and hide from outsiders that they exist', async () => {
    const conversationId = await aGroup(tenant);
    const add = (userId: string, tenantId = 'acme') =>
      call(conversations, addParticipants, { conversationId, userIds: ['eve'] }, { userId, tenantId });
    expect(await add('bob')).toMatchObject({ status: 403, body: { code: 'participant.forbidden' } });
    const missing = await call(conversations, addParticipants, {
      conversationId: 'cnv_AAAAAAAAAAAAAAAAAAAAAA',
      userIds: ['eve'],
    });
    expect(missing).toMatchObject({ status: 404, body: { code: 'conversation.not_found' } });
    expect((await add('mallory')).body).toEqual(missing.body);
    expect((await add('ada', 'globex')).body).toEqual(missing.body);
    expect(await countMembers(tenant, conversationId)).toBe(2);
  });

  it('never have more members than their cap, whatever races, and count them exactly', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 6 }),
        fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }), {
          minLength: 2,
          maxLength: 6,
        }),
        async (cap, additions) => {
          const conversationId = await aGroup(tenant);
          await Promise.all(
            additions.map((users, index) =>
              addMembers(tenant, {
                conversationId,
                actor: 'ada',
                actorRoles: ['owner'],
                userIds: [...new Set(users)].map((user) => `user${user}`),
                cap,
                seen: { members: 2, owners: 1 },
                seq: 100 + index,
                at: 1,
                operationId: `operation${index}`,
                hash: 'h',
              }),
            ),
          );
          const members = await audienceOf(tenant, conversationId);
          expect(members.length).toBeLessThanOrEqual(Math.max(cap, 2));
          expect(await countMembers(tenant, conversationId)).toBe(members.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('add nobody for an actor whose role is gone when it is written', async () => {
    const conversationId = await aGroup(tenant);
    const addition = {
      conversationId,
      actor: 'bob',
      actorRoles: ['owner', 'admin'],
      userIds: ['eve'],
      cap: 9,
      seen: { members: 2, owners: 1 },
      seq: 2,
      at: 1,
      operationId: 'o',
      hash: 'h',
    };
    expect(await addMembers(tenant, addition)).toBe('actor');
    expect(await audienceOf(tenant, conversationId)).toEqual(['ada', 'bob']);
  });
});

const remove = (conversationId: string, userId: string) =>
  documents.delete({ TableName: tableName(), Key: MemberEntity.key(tenant, { conversationId, userId }) });

describe('sending', () => {
  it('stores nothing for outsiders, and what is foreign looks missing', async () => {
    const conversationId = await aGroup(tenant);
    const missing = await say('cnv_AAAAAAAAAAAAAAAAAAAAAA', 'ada', 'hello');
    expect(missing).toMatchObject({ status: 404, body: { code: 'conversation.not_found' } });
    expect((await say(conversationId, 'mallory', 'hello')).body).toEqual(missing.body);
    expect((await say(conversationId, 'ada', 'hello', someClientId(), 'globex')).body).toEqual(missing.body);
    expect((await logOf(tenant, conversationId).head())?.seq).toBe(1);
  });

  it('answers what was stored even to somebody removed since, and refuses anything new', async () => {
    const conversationId = await aGroup(tenant);
    const clientId = someClientId();
    const sent = await say(conversationId, 'bob', 'before', clientId);
    await remove(conversationId, 'bob');
    const again = await say(conversationId, 'bob', 'before', clientId);
    expect(again).toMatchObject({ status: 200, body: sent.body, headers: { 'idempotent-replayed': 'true' } });
    expect(await say(conversationId, 'bob', 'after')).toMatchObject({ status: 404 });
    expect(await say(conversationId, 'bob', 'after')).toMatchObject({ status: 404 });
    const entries = await denseLog(logOf(tenant, conversationId));
    // One number was taken beside the check, for a sender who had just written; it holds a void.
    expect(entries.map(({ kind }) => kind)).toEqual(['message', 'message', 'void']);
  });

  it('shows a message to members only, by its id', async () => {
    const conversationId = await aGroup(tenant);
    const messageId = idOf(await say(conversationId, 'ada', 'hello'));
    const get = (userId: string, tenantId = 'acme') => call(messages, getMessage, { messageId }, { userId, tenantId });
    expect(await get('bob')).toMatchObject({ status: 200, body: { body: { text: 'hello' } } });
    const missing = await call(messages, getMessage, { messageId: 'msg_AAAAAAAAAAAAAAAAAAAAAA_1' });
    expect((await get('mallory')).body).toEqual(missing.body);
    expect((await get('bob', 'globex')).body).toEqual(missing.body);
  });

  it('renews what the conversation shows of itself', async () => {
    const conversationId = await aGroup(tenant);
    await say(conversationId, 'bob', '日'.repeat(200));
    const { body } = await call(conversations, getConversation, { conversationId });
    expect(body).toMatchObject({ seq: 2, lastMessage: { seq: 2, senderId: 'bob', text: '日'.repeat(32) } });
    expect(textsOf(await denseLog(logOf(tenant, conversationId)))).toEqual(['日'.repeat(200)]);
  });
});
