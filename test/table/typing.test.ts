import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { Meter, usageOf } from '#bench/meter.ts';
import type { Event } from '#contract/events.ts';
import { handler } from '#functions/realtime/command.lambda.ts';
import { blockUser } from '#table/block.ts';
import { HeadEntity } from '#table/conversation.ts';
import { createConversation } from '#table/conversation-create.ts';
import { directConversationId } from '#table/direct-conversation.ts';
import { scope, tenantIdOf } from '#table/entity.ts';
import { MemberCountEntity } from '#table/member-count.ts';
import { TABLE } from '#table/schema.ts';
import { tableName } from '#table/table-name.ts';
import { aGroup } from '#test/support/conversations.ts';
import { aRoom } from '#test/support/participants.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
const tenant = scope('acme');
const { posts, connect } = useSockets(tenant);

beforeEach(() => {
  posts.length = 0;
});

const say = async (userId: string, frame: object) => {
  const context = { tenantId: tenantIdOf(tenant), userId, roles: 'user' };
  const body = JSON.stringify({ action: 'typing', id: 't', ...frame });
  const requestContext = {
    eventType: 'MESSAGE',
    connectionId: `${userId}=`,
    requestId: 'request-1',
    authorizer: context,
  } as const;
  expect(await handler({ requestContext, body })).toEqual({ statusCode: 200 });
};
const heardBy = (userId: string): Event[] =>
  posts.filter(({ socket }) => socket === `${userId}=`).flatMap(({ frame }) => frame.events);

describe('typing', () => {
  it('is told to the sockets of the others, until it ends by itself or is said to', async () => {
    const conversationId = await aGroup(tenant, ['ada', 'bob', 'cleo']);
    for (const user of ['ada', 'bob', 'cleo', 'eve']) await connect(user);
    const before = Date.now();
    await say('ada', { conversationId });
    await say('ada', { conversationId, active: false });
    for (const user of ['bob', 'cleo'])
      expect(heardBy(user)).toMatchObject([
        { type: 'typing', conversationId, userId: 'ada', active: true },
        { type: 'typing', conversationId, userId: 'ada', active: false },
      ]);
    const [start, end] = heardBy('bob').flatMap((event) => (event.type === 'typing' ? [event] : []));
    const told = Date.parse(start!.expiresAt);
    expect(told).toBeGreaterThanOrEqual(before + 6_000);
    expect(told).toBeLessThanOrEqual(Date.now() + 6_000);
    expect(Date.parse(end!.expiresAt)).toBeLessThanOrEqual(Date.now());
    // Nor is its own user answered: what is no refusal needs no answer.
    expect([...heardBy('ada'), ...heardBy('eve')]).toEqual([]);
  });

  it('is passed on once in two seconds', async () => {
    const conversationId = await aGroup(tenant, ['ada', 'bob']);
    const other = await aGroup(tenant, ['ada', 'bob']);
    await connect('bob');
    for (let times = 0; times < 5; times++) await say('ada', { conversationId });
    await say('ada', { conversationId: other });
    expect(heardBy('bob').map((event) => 'conversationId' in event && event.conversationId)).toEqual([
      conversationId,
      other,
    ]);
  });

  it('writes nothing', async () => {
    const conversationId = await aGroup(tenant, ['ada', 'bob', 'cleo']);
    for (const user of ['ada', 'bob']) await connect(user);
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    const meter = new Meter(client, [TABLE.byUser]).watchFunctions();
    await say('ada', { conversationId });
    await say('bob', { conversationId });
    const usage = usageOf(meter.take());
    expect(heardBy('bob')).toHaveLength(1);
    expect(usage.writes).toBe(0);
    // Each: head, membership and count consistently, the members, three users' sockets less one's own.
    expect(usage.reads).toBeLessThanOrEqual(2 * (3 + 0.5 + 1));
  });

  it('is refused as sending is, each time, and told to nobody', async () => {
    const room = await aRoom(tenant, { ada: 'owner', gus: 'guest', bob: 'member' });
    const archived = await aGroup(tenant, ['ada', 'bob']);
    await documents.update({
      TableName: tableName(),
      Key: HeadEntity.key(tenant, archived),
      UpdateExpression: 'SET archivedAt = :at',
      ExpressionAttributeValues: { ':at': Date.now() },
    });
    const direct = directConversationId(tenant, 'ada', 'bob');
    await createConversation(tenant, {
      conversationId: direct,
      type: 'direct',
      name: undefined,
      createdBy: 'ada',
      members: ['bob'],
      hash: 'h',
      at: Date.now(),
    });
    await blockUser(tenant, { userId: 'bob', blockedId: 'ada' }, Date.now());
    for (const user of ['ada', 'bob', 'eve', 'gus']) await connect(user);
    const refused = [
      ['eve', room.conversationId, 'conversation.not_found'],
      ['gus', room.conversationId, 'message.forbidden'],
      ['ada', archived, 'conversation.archived'],
      ['ada', direct, 'message.forbidden'],
    ] as const;
    for (const [user, conversationId, code] of refused) {
      posts.length = 0;
      for (const active of [true, true, false]) await say(user, { conversationId, active });
      expect(posts.map(({ socket }) => socket)).toEqual([`${user}=`, `${user}=`, `${user}=`]);
      expect(heardBy(user)).toMatchObject(Array(3).fill({ type: 'sync:error', code }));
    }
  });

  it.each([
    [100, 1],
    [101, 0],
  ])('in a conversation of %i is told to those there are: %i', async (members, told) => {
    const conversationId = await aGroup(tenant, ['ada', 'bob']);
    await documents.update({
      TableName: tableName(),
      Key: MemberCountEntity.key(tenant, conversationId),
      UpdateExpression: 'SET members = :members',
      ExpressionAttributeValues: { ':members': members },
    });
    await connect('bob');
    await say('ada', { conversationId });
    expect(posts).toHaveLength(told);
  });

  it('of somebody who was removed is refused at once', async () => {
    const room = await aRoom(tenant, { ada: 'owner', bob: 'member' });
    for (const user of ['ada', 'bob']) await connect(user);
    await say('bob', { conversationId: room.conversationId });
    expect(heardBy('ada')).toHaveLength(1);
    posts.length = 0;
    expect((await room.by('ada', 'removeParticipant', { userId: 'bob' })).status).toBe(200);
    posts.length = 0;
    await say('bob', { conversationId: room.conversationId, active: false });
    expect(heardBy('bob')).toMatchObject([{ type: 'sync:error', code: 'conversation.not_found' }]);
    expect(heardBy('ada')).toEqual([]);
  });
});
