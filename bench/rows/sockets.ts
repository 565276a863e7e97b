import { randomBytes } from 'node:crypto';
import { BatchWriteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createConversation } from '#contract/conversations.ts';
import { conversationPartition } from '#table/conversation.ts';
import { type Item, scope } from '#table/entity.ts';
import { handler as conversations } from '../../functions/api/conversations/conversations.lambda.ts';
import { handler as command } from '../../functions/realtime/command.lambda.ts';
import { handler as connect } from '../../functions/realtime/connect.lambda.ts';
import { handler as disconnect } from '../../functions/realtime/disconnect.lambda.ts';
import type { SocketEvent } from '../../functions/realtime/socket-event.ts';
import { type Actor, act, memberOf, openRoom, someTenant } from '../actors.ts';
import type { Context } from '../context.ts';
import { type Usage, usageOf } from '../meter.ts';
import { withProgress } from '../progress.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

/** Items of one BatchWriteItem. */
const BATCH = 25;

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** Puts a user into so many conversations: one is made, the others are copies of all its items under ids of their own. */
async function fill({ probe, tableName }: World, actor: Actor, count: number): Promise<void> {
  const { id } = await act(
    conversations,
    createConversation,
    { type: 'group', name: 'One of many', participants: [memberOf(1)] },
    actor,
  );
  const first = String(id);
  const partition = conversationPartition(scope(actor.tenantId), first);
  const { Items = [] } = await probe.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': partition },
    }),
  );
  const copies = Array.from({ length: count - 1 }, () => {
    const other = `cnv_${random(24)
      .replaceAll(/[^A-Za-z0-9]/g, 'x')
      .slice(0, first.length - 4)}`;
    return JSON.parse(JSON.stringify(Items).replaceAll(first, other)) as Item[];
  }).flat();
  const batches = Math.ceil(copies.length / BATCH);
  await withProgress(`${count} conversations`, batches, async (tick) => {
    for (let from = 0; from < copies.length; from += BATCH, tick()) {
      const RequestItems = {
        [tableName]: copies.slice(from, from + BATCH).map((one) => ({ PutRequest: { Item: one } })),
      };
      await probe.send(new BatchWriteCommand({ RequestItems }));
    }
  });
}

const eventOf = (
  eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT',
  actor: Actor,
  connectionId: string,
  body?: object,
): SocketEvent => ({
  requestContext: {
    eventType,
    connectionId,
    requestId: 'bench',
    authorizer: {
      ...actor,
      roles: 'user',
      nonce: random(16),
      ticketExpiresAt: String(Math.ceil(Date.now() / 1_000) + 30),
    },
  },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});

/** Opens and closes a socket of a user who is in so many conversations. */
async function cycle(world: World, count: number): Promise<Usage> {
  const actor = { tenantId: someTenant(), userId: 'ada' };
  await fill(world, actor, count);
  const connectionId = `${random(11)}=`;
  world.meter.take();
  const opened = await connect(eventOf('CONNECT', actor, connectionId));
  const closed = await disconnect(eventOf('DISCONNECT', actor, connectionId));
  if (opened.statusCode !== 200 || closed.statusCode !== 200) throw new Error('the socket was not opened and closed');
  return usageOf(world.meter.take());
}

/** What it costs that a member says they are writing, and stop, each word of it passed on. */
async function typingRows({ meter, recorder }: World, size: number): Promise<Row[]> {
  const room = await openRoom(size);
  const say = (userId: string, active: boolean) => {
    const body = { action: 'typing', conversationId: room.conversationId, active };
    return command(eventOf('MESSAGE', { tenantId: room.tenantId, userId }, `${random(11)}=`, body));
  };
  const beginAndEnd = async (userId: string): Promise<void> => {
    await say(userId, true);
    await say(userId, false);
  };
  // Somebody else first: this process has not talked to this room's sockets yet.
  await beginAndEnd(memberOf(1));
  meter.take();
  recorder.take();
  await beginAndEnd(memberOf(2));
  const { writes, reads } = usageOf(meter.take());
  const posts = recorder.take().filter(({ name }) => name === 'post').length;
  if (posts === 0) throw new Error('nobody was told that somebody writes');
  return [
    {
      name: `Typing begun and ended, N = ${size}`,
      measured: writes,
      unit: 'write units',
      budget: 0,
      note: `${reads} read units; ${posts} frames to ${room.sockets} open sockets`,
    },
  ];
}

/** What a socket costs from its ticket to its end, and what is said over it and kept nowhere. */
export async function socketRows({ world, quick }: Context): Promise<Row[]> {
  const here = await world();
  const rows: Row[] = [];
  for (const count of [1, 100, ...(quick ? [] : [5_000])]) {
    const { writes, reads } = await cycle(here, count);
    rows.push({
      name: `Connect and disconnect, user in ${count.toLocaleString('en')} conversation${count === 1 ? '' : 's'}`,
      measured: writes,
      unit: 'write units',
      budget: 2,
      note: `and ${reads} read units`,
    });
  }
  return [...rows, ...(await typingRows(here, 10)), ...(await typingRows(here, 100))];
}
