import { beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '#contract/api.ts';
import { Event } from '#contract/events.ts';
import { messageIdOf } from '#contract/ids.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as settings } from '#functions/api/settings/settings.lambda.ts';
import { handler } from '#functions/api/threads/threads.lambda.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { call } from '#test/support/call.ts';
import { aGroup, denseLog, someClientId } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { aRoot, as, expectExactThread, tenant } from '#test/support/threads.ts';

/** What the sockets were told, announcement by announcement. */
const told: Event[][] = [];
vi.mock(import('#delivery/announce.ts'), async (original) => {
  const { announce, ...rest } = await original();
  return {
    ...rest,
    announce: (tenantKey, audience, of, events) => {
      told.push(events.map((event) => Event.parse(event)));
      return announce(tenantKey, audience, of, events);
    },
  };
});

useTable();
useSigningKey();
let crew: string[];
let conversationId: string;
let rootId: string;
let root: number;
beforeEach(async () => {
  ({ crew, conversationId, rootId, root } = await aRoot());
  told.length = 0;
});

const idOf = (seq: number) => messageIdOf(conversationId, seq);
const summaryOf = async (id = rootId, userId = crew[0]!) => {
  const { body } = await as.get(userId, id);
  return (body['thread'] as { summary: Record<string, unknown> } | null)?.summary;
};

describe('a reply', () => {
  it('is a message of the log with its place, and the root says how many there are and whose', async () => {
    expect((await as.get(crew[0]!, rootId)).body['thread']).toBeNull();
    const first = await as.reply(crew[1]!, rootId, 'gladly');
    expect(first).toMatchObject({
      status: 201,
      body: { seq: root + 1, body: { text: 'gladly' }, thread: { rootId, parentId: rootId, depth: 1, summary: null } },
    });
    const second = await as.reply(crew[2]!, String(first.body['id']));
    expect(second.body['thread']).toEqual({ rootId, parentId: first.body['id'], depth: 2, summary: null });
    expect((await as.get(crew[0]!, rootId)).body['thread']).toEqual({
      rootId,
      parentId: null,
      depth: 0,
      summary: {
        replyCount: 2,
        participantCount: 2,
        participants: [crew[2], crew[1]],
        lastReplyId: second.body['id'],
        lastReplyAt: second.body['createdAt'],
        version: 2,
      },
    });
    const history = await call(
      (await import('#functions/api/messages/messages.lambda.ts')).handler,
      api.messages.listMessages,
      { conversationId },
      { userId: crew[0]! },
    );
    expect(history.body['items']).toMatchObject([
      { seq: root + 2, thread: { depth: 2 } },
      { seq: root + 1, thread: { depth: 1 } },
      { seq: root, thread: { depth: 0, summary: { replyCount: 2 } } },
      { thread: null },
    ]);
    const room = await call(conversations, api.conversations.getConversation, { conversationId }, { userId: crew[0]! });
    expect(room.body).toMatchObject({ unreadCount: 2, lastMessage: { seq: root + 2 } });
    await expectExactThread(conversationId, root, crew);
  });

  it('is told with the thread, in one announcement and under its own number', async () => {
    const first = await as.reply(crew[1]!, rootId);
    const summary = await summaryOf();
    expect(told).toEqual([
      [
        { type: 'message:created', conversationId, seq: root + 1, message: first.body },
        { type: 'thread:created', conversationId, seq: root + 1, rootId, summary },
      ],
    ]);
    await as.reply(crew[2]!, rootId);
    expect(told.at(-1)).toMatchObject([
      { type: 'message:created' },
      { type: 'thread:updated', seq: root + 2, summary: { replyCount: 2, version: 2 } },
    ]);
  });

  it('lies five deep and no deeper', async () => {
    let id = rootId;
    for (let depth = 1; depth <= 5; depth++) {
      const reply = await as.reply(crew[1]!, id);
      expect(reply.body).toMatchObject({ thread: { rootId, parentId: id, depth } });
      id = String(reply.body['id']);
    }
    expect(await as.reply(crew[1]!, id)).toMatchObject({ status: 409, body: { code: 'thread.too_deep', most: 5 } });
    await expectExactThread(conversationId, root, crew);
  });

  it('is stored once under one client id, answered as before, and not under another message', async () => {
    const clientId = someClientId();
    const first = await as.reply(crew[1]!, rootId, 'once', clientId);
    const again = await as.reply(crew[1]!, rootId, 'once', clientId);
    expect(again).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' }, body: first.body });
    expect(told.at(-1)).toEqual(told[0]);
    const reused = { status: 409, body: { code: 'message.client_id_reused' } };
    expect(await as.reply(crew[1]!, rootId, 'twice', clientId)).toMatchObject(reused);
    expect(await as.reply(crew[1]!, idOf(root + 1), 'once', clientId)).toMatchObject(reused);
    expect(await summaryOf()).toMatchObject({ replyCount: 1, version: 1 });
    // What it answered may be gone: the repetition is answered all the same.
    await as.remove(crew[0]!, rootId);
    expect(await as.reply(crew[1]!, rootId, 'once', clientId)).toMatchObject({ status: 200, body: first.body });
    await expectExactThread(conversationId, root, crew);
  });

  it('is refused where there is nothing to answer, and takes no number', async () => {
    const notFound = { status: 404, body: { code: 'message.not_found' } };
    expect(await as.reply('mallory', rootId)).toMatchObject(notFound);
    expect(await as.reply(crew[1]!, idOf(999))).toMatchObject(notFound);
    const foreign = { messageId: rootId, body: { type: 'text', text: 'x' } };
    const there = { tenantId: 'globex', userId: crew[1]! };
    expect(await call(handler, api.threads.replyToMessage, foreign, there)).toMatchObject(notFound);
    const deleted = await as.say(crew[0]!, conversationId);
    await as.remove(crew[0]!, String(deleted.body['id']));
    expect(await as.reply(crew[1]!, String(deleted.body['id']))).toMatchObject({
      status: 409,
      body: { code: 'message.deleted' },
    });
    await call(settings, api.settings.archiveConversation, { conversationId }, { userId: crew[0]! });
    expect(await as.reply(crew[1]!, rootId)).toMatchObject({ status: 409, body: { code: 'conversation.archived' } });
    const entries = await denseLog(logOf(tenant, conversationId));
    expect(entries.filter(({ kind }) => kind === 'void')).toEqual([]);
  });

  it('is for those who may write, at the rate and the turn of a message', async () => {
    const version = async (input: Record<string, unknown>, at: number) =>
      call(settings, api.settings.updateSettings, { conversationId, version: at, ...input }, { userId: crew[0]! });
    await version({ thresholds: { send: 'admin' } }, 1);
    expect(await as.reply(crew[1]!, rootId)).toMatchObject({ status: 403, body: { code: 'message.forbidden' } });
    await version({ thresholds: { send: 'member' }, slowModeSeconds: 600 }, 2);
    expect(await as.reply(crew[1]!, rootId)).toMatchObject({ status: 201 });
    expect(await as.reply(crew[1]!, rootId)).toMatchObject({ status: 429, body: { code: 'message.slow_mode' } });
  });
});

describe('a deleted reply', () => {
  it('does not count until it is back, keeps its place, and both are told', async () => {
    await as.reply(crew[1]!, rootId);
    await as.reply(crew[2]!, rootId);
    await as.remove(crew[1]!, idOf(root + 1));
    expect(await summaryOf()).toMatchObject({ replyCount: 1, participantCount: 2, version: 3 });
    expect(told.at(-1)).toMatchObject([
      { type: 'message:deleted', seq: root + 3, messageId: idOf(root + 1) },
      { type: 'thread:updated', seq: root + 3, rootId, summary: { replyCount: 1, version: 3 } },
    ]);
    expect((await as.list(crew[0]!, { messageId: rootId })).body['items']).toMatchObject([
      { seq: root + 1, body: { type: 'deleted' } },
      { seq: root + 2, body: { type: 'text' } },
    ]);
    await expectExactThread(conversationId, root, crew);
    expect((await as.remove(crew[1]!, idOf(root + 1))).status).toBe(200);
    expect(await summaryOf()).toMatchObject({ replyCount: 1 });
    const operation = someClientId();
    await as.restore(crew[1]!, idOf(root + 1), operation);
    await as.restore(crew[1]!, idOf(root + 1), operation);
    expect(await summaryOf()).toMatchObject({ replyCount: 2, version: 4 });
    expect(told.at(-1)).toMatchObject([{ type: 'message:updated' }, { summary: { replyCount: 2, version: 4 } }]);
    await expectExactThread(conversationId, root, crew);
  });

  it('leaves its thread readable when it was the root', async () => {
    await as.reply(crew[1]!, rootId);
    await as.remove(crew[0]!, rootId);
    expect((await as.get(crew[2]!, rootId)).body).toMatchObject({
      body: { type: 'deleted' },
      thread: { summary: { replyCount: 1 } },
    });
    expect((await as.list(crew[2]!, { messageId: rootId })).body['items']).toMatchObject([{ seq: root + 1 }]);
    // Not under the root, which is gone; under a reply the thread goes on.
    expect(await as.reply(crew[2]!, rootId)).toMatchObject({ status: 409 });
    expect(await as.reply(crew[2]!, idOf(root + 1))).toMatchObject({ status: 201 });
    await expectExactThread(conversationId, root, crew);
  });
});

describe('what came before one joined', () => {
  it('is not shown in a thread of a conversation that hides it, nor answered', async () => {
    await as.reply(crew[1]!, rootId, 'before');
    const change = { conversationId, version: 1, history: 'since_joined' };
    await call(settings, api.settings.updateSettings, change, { userId: crew[0]! });
    await call(
      conversations,
      api.conversations.addParticipants,
      { conversationId, userIds: ['late'] },
      { userId: crew[0]! },
    );
    const notFound = { status: 404, body: { code: 'message.not_found' } };
    for (const reply of [
      as.list('late', { messageId: rootId }),
      as.thread('late', rootId),
      as.participants('late', { messageId: rootId }),
      as.subscribe('late', rootId, 'following'),
      as.read('late', rootId, root + 1),
      as.reply('late', rootId),
      as.reply('late', idOf(root + 1)),
    ])
      expect(await reply).toMatchObject(notFound);
    const after = await as.reply(crew[1]!, idOf(root + 1), 'after');
    const answer = await as.reply('late', String(after.body['id']), 'hello');
    expect(answer).toMatchObject({ status: 201, body: { thread: { rootId, depth: 3 } } });
    expect((await as.list('late', { messageId: String(after.body['id']) })).body['items']).toMatchObject([
      { body: { text: 'hello' } },
    ]);
    expect(await as.thread('late', String(answer.body['id']))).toMatchObject(notFound);
    expect((await as.threads('late')).body['items']).toEqual([]);
  });
});

it('of one conversation has nothing to do with another', async () => {
  const other = await aGroup(tenant, crew);
  await as.reply(crew[1]!, rootId);
  expect((await as.say(crew[1]!, other)).body['thread']).toBeNull();
  expect(await as.list(crew[1]!, { messageId: messageIdOf(other, root) })).toMatchObject({ body: { items: [] } });
});
