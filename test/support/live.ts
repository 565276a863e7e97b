import { stubService } from '#test/support/aws-stub.ts';
import './aws-env.ts';
import { GoneException, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { BatchGetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach } from 'vitest';
import { ENV } from '#contract/environment.ts';
import type { Event } from '#contract/events.ts';
import { Frame } from '#contract/frames.ts';
import { Delivery, type Socket } from '#domain/delivery.ts';
import { ConnectionsEntity, connectionName, connectionValue } from '#table/connection-item.ts';
import { scope } from '#table/entity.ts';

/** An entry of SendMessageBatch. */
interface QueuedEntry {
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
}

export const CONVERSATION = `cnv_${'a'.repeat(22)}`;

/** Message number `seq` of the conversation with a text of that many characters. */
export const created = (seq: number, characters = 5): Extract<Event, { type: 'message:created' }> => ({
  type: 'message:created',
  conversationId: CONVERSATION,
  seq,
  message: {
    id: `msg_${CONVERSATION.slice(4)}_${seq}`,
    conversationId: CONVERSATION,
    seq,
    senderId: 'ada',
    clientId: null,
    body: { type: 'text', text: 'x'.repeat(characters) },
    attachments: [],
    mentions: null,
    replyTo: null,
    forwardedFrom: null,
    createdAt: '2026-11-21T09:30:00.000Z',
    sentAt: null,
    version: 1,
    editedAt: null,
    pinned: false,
    reactions: [],
    reactionsSeq: 0,
    thread: null,
  },
});

/** An answer of the gateway that is an error with this name and status. */
export const failure = (name: string, status: number): Error =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });

export const goneAnswer = (): GoneException =>
  new GoneException({ message: 'gone', $metadata: { httpStatusCode: 410 } });

/** A socket that opened `age` milliseconds ago, a minute by default. */
export const socketOf = (userId: string, connectionId = `${userId}-1`, age = 60_000): Socket => ({
  userId,
  connectionId,
  since: Date.now() - age,
});

/**
 * Stands in for table, gateway and queue: `open` says who has which sockets, `answers` what a socket's posts meet one
 * after another (an error is thrown; without an answer the post is taken). Everything sent is recorded.
 */
export function useLive() {
  const table = stubService('dynamodb');
  const gateway = stubService('execute-api');
  const queue = stubService('sqs');
  let open: readonly Socket[] = [];
  const answers = new Map<string, (Error | undefined)[]>();
  const posts: { connectionId: string; events: readonly Event[]; data: unknown }[] = [];
  let underWay = 0;
  let most = 0;

  beforeEach(() => {
    for (const stub of [table, gateway, queue]) stub.reset();
    process.env[ENV.table] = 'table';
    process.env[ENV.socketsEndpoint] = 'https://sockets.test/chat';
    process.env[ENV.stragglersUrl] = 'https://sqs.test/stragglers.fifo';
    open = [];
    answers.clear();
    posts.length = 0;
    underWay = 0;
    most = 0;
    table.on(UpdateCommand).resolves({});
    table.on(BatchGetCommand).callsFake(({ RequestItems }: { RequestItems: { table: { Keys: { pk: string }[] } } }) => {
      const items = RequestItems.table.Keys.flatMap(({ pk }) => {
        const userId = pk.split('#')[3]!;
        const own = open.filter((socket) => socket.userId === userId);
        if (own.length === 0) return [];
        const connections = Object.fromEntries(
          own.map(({ connectionId, since }) => [connectionName(connectionId), connectionValue(since, undefined)]),
        );
        return [{ ...ConnectionsEntity.toItem(scope('acme'), userId, { pk }), ...connections }];
      });
      return { Responses: { table: items } };
    });
    gateway.on(PostToConnectionCommand).callsFake(async ({ ConnectionId, Data }) => {
      most = Math.max(most, ++underWay);
      await new Promise(setImmediate);
      underWay--;
      const answer = answers.get(ConnectionId)?.shift();
      if (answer) throw answer;
      const frame = Frame.parse(JSON.parse(Buffer.from(Data).toString()));
      posts.push({ connectionId: ConnectionId, events: frame.events, data: Data });
      return {};
    });
    queue.on(SendMessageBatchCommand).resolves({});
  });

  return {
    table,
    gateway,
    queue,
    posts,
    /** Which sockets the table knows. */
    setOpen: (sockets: readonly Socket[]): void => {
      open = sockets;
    },
    /** What the next posts to a socket meet. */
    answer: (connectionId: string, ...next: (Error | undefined)[]): void => {
      answers.set(connectionId, next);
    },
    /** Posts that were under way at the same moment, at most. */
    mostAtOnce: (): number => most,
    /** Ids of the sockets that took a frame, in order. */
    heard: (): string[] => posts.map(({ connectionId }) => connectionId),
    /** What was put into the queue, read back with its own schema. */
    queued: () =>
      queue.commandCalls(SendMessageBatchCommand).flatMap(({ args }) =>
        ((args[0].input.Entries ?? []) as QueuedEntry[]).map(
          ({ MessageBody, MessageGroupId, MessageDeduplicationId }) => ({
            groupId: MessageGroupId,
            deduplicationId: MessageDeduplicationId,
            delivery: Delivery.parse(JSON.parse(MessageBody ?? '')),
          }),
        ),
      ),
    /** Removals of sockets: the user and the attributes of sockets that went. */
    removals: () =>
      table.commandCalls(UpdateCommand).map(({ args }) => {
        const { Key, ExpressionAttributeNames, ConditionExpression } = args[0].input;
        return {
          pk: Key?.['pk'] as string,
          names: Object.values<string>(ExpressionAttributeNames ?? {}).filter((name) => name.startsWith('c_')),
          condition: ConditionExpression,
        };
      }),
  };
}
