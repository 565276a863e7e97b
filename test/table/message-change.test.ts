import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler } from '#functions/api/messages/messages.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { findStoredMessage } from '#table/message.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aGroup, denseLog, someClientId } from '#test/support/conversations.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const tenant = scope('acme');
const { sendMessage, getMessage, editMessage, deleteMessage, restoreMessage, listVersions } = api.messages;
let conversationId: string;
let messageId: string;

const text = (words: string) => ({ type: 'text', text: words });
const edit = (version: number, words: string, options: CallOptions = {}, id = messageId) =>
  call(handler, editMessage, { messageId: id, version, body: text(words) }, options);
const key = (operation: string) => ({ headers: { 'Idempotency-Key': operation } });
const preview = async () =>
  (await call(conversations, api.conversations.getConversation, { conversationId })).body['lastMessage'];

beforeEach(async () => {
  conversationId = await aGroup(tenant, ['ada', 'bob', 'carol']);
  const sent = await call(handler, sendMessage, { conversationId, body: text('first') });
  messageId = String(sent.body['id']);
});

describe('an edit', () => {
  it('changes the message, keeps its number, and leaves what was before in the log', async () => {
    expect(await edit(1, 'second')).toMatchObject({ status: 200, body: { seq: 2, version: 2, body: text('second') } });
    const { body } = await call(handler, getMessage, { messageId }, { userId: 'bob' });
    expect(body).toMatchObject({ body: text('second'), version: 2, editedAt: expect.stringMatching(/Z$/) });
    const versions = await call(handler, listVersions, { messageId }, { userId: 'bob' });
    expect(versions.body['items']).toMatchObject([{ version: 1, body: text('first'), replacedBy: 'ada' }]);
    const entries = await denseLog(logOf(tenant, conversationId));
    expect(entries.map(({ kind }) => kind)).toEqual(['message', 'message', 'change']);
    expect(await preview()).toMatchObject({ seq: 2, text: 'second' });
  });

  it('of a stale version is refused with the current state, and nothing is lost', async () => {
    await edit(1, 'second');
    expect(await edit(1, 'from another device')).toMatchObject({
      status: 409,
      body: { code: 'message.version_conflict', current: { version: 2, body: text('second') } },
    });
    expect(await preview()).toMatchObject({ text: 'second' });
  });

  it('is taken from one of those that race for a version; every acknowledged one is in the history', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 6 }), async (racers) => {
        const sent = await call(handler, sendMessage, { conversationId, body: text('start') });
        const id = String(sent.body['id']);
        const { seq } = sent.body as { seq: number };
        const replies = await Promise.all(
          Array.from({ length: racers }, (_, index) => edit(1, `edit ${index}`, {}, id)),
        );
        const won = replies.filter(({ status }) => status === 200);
        expect(won).toHaveLength(1);
        expect(replies.filter(({ status }) => status === 409)).toHaveLength(racers - 1);
        const stored = await findStoredMessage(tenant, { conversationId, seq });
        expect(stored).toMatchObject({ v: 2, b: won[0]!.body['body'] });
        expect(await preview()).toMatchObject({ seq, text: (won[0]!.body['body'] as { text: string }).text });
        await denseLog(logOf(tenant, conversationId));
      }),
      { numRuns: 15 },
    );
  });

  it('is carried out once under one operation id, and another under it is refused', async () => {
    const operation = someClientId();
    const first = await edit(1, 'second', key(operation));
    expect(await edit(1, 'second', key(operation))).toMatchObject({ status: 200, body: first.body });
    expect(await edit(1, 'third', key(operation))).toMatchObject({ body: { code: 'message.client_id_reused' } });
    expect((await logOf(tenant, conversationId).head())?.seq).toBe(3);
  });

  it('is its author’s alone, keeps the type, and needs a version', async () => {
    expect(await edit(1, 'x', { userId: 'bob' })).toMatchObject({ status: 403, body: { code: 'message.not_yours' } });
    expect(await edit(1, 'x', { userId: 'mallory' })).toMatchObject({ status: 404 });
    expect(await edit(1, 'x', { tenantId: 'globex' })).toMatchObject({ status: 404 });
    const body = { type: 'image', mediaId: 'med_AAAAAAAAAAAAAAAAAAAAAA' };
    expect(await call(handler, editMessage, { messageId, version: 1, body })).toMatchObject({ status: 400 });
    expect(await call(handler, editMessage, { messageId, body: text('x') })).toMatchObject({ status: 400 });
    const system = messageId.replace(/_2$/, '_1');
    expect(await edit(1, 'x', {}, system)).toMatchObject({ status: 403 });
    expect((await logOf(tenant, conversationId).head())?.seq).toBe(2);
  });

  it('of a message that is not the last leaves lists as they are', async () => {
    await call(handler, sendMessage, { conversationId, body: text('newer') });
    await edit(1, 'second');
    expect(await preview()).toMatchObject({ seq: 3, text: 'newer' });
  });

  it('answers to every name of the route, with the version in a header too', async () => {
    const path = { method: 'PATCH', path: '/conversations/{conversationId}/messages/{messageId}' } as const;
    const ifMatch = { headers: { 'If-Match': '"1"' } };
    const foreign = await aGroup(tenant);
    expect(await call(handler, path, { conversationId: foreign, messageId, body: text('x') }, ifMatch)).toMatchObject({
      status: 404,
    });
    expect(await call(handler, path, { conversationId, messageId, body: text('x') }, ifMatch)).toMatchObject({
      status: 200,
      body: { version: 2 },
    });
  });
});

describe('a deletion', () => {
  const remove = (userId = 'ada') => call(handler, deleteMessage, { messageId }, { userId });

  it('leaves the place, shows nobody what was said, and may be repeated', async () => {
    await edit(1, 'second');
    expect(await remove()).toMatchObject({ status: 200, body: { seq: 2, version: 3, body: { type: 'deleted' } } });
    expect(await remove()).toMatchObject({ status: 200, body: { version: 3, body: { type: 'deleted' } } });
    expect(await call(handler, listVersions, { messageId })).toMatchObject({ body: { code: 'message.deleted' } });
    expect(await edit(3, 'back')).toMatchObject({ status: 409, body: { code: 'message.deleted' } });
    const { body } = await call(handler, getMessage, { messageId }, { userId: 'bob' });
    expect(JSON.stringify(body)).not.toMatch(/first|second/);
    expect(await preview()).toMatchObject({ type: 'deleted', text: '' });
  });

  it('is for its author, owners and admins', async () => {
    const sent = await call(handler, sendMessage, { conversationId, body: text('bob’s') }, { userId: 'bob' });
    const id = { messageId: String(sent.body['id']) };
    expect(await call(handler, deleteMessage, id, { userId: 'carol' })).toMatchObject({ status: 403 });
    expect(await call(handler, deleteMessage, id, { userId: 'mallory' })).toMatchObject({ status: 404 });
    expect(await call(handler, deleteMessage, id, { userId: 'ada' })).toMatchObject({ status: 200 });
  });

  it('is taken back by whom made it, within a day', async () => {
    await remove();
    const restore = (userId: string) => call(handler, restoreMessage, { messageId }, { userId });
    expect(await restore('bob')).toMatchObject({ status: 403, body: { code: 'message.not_yours' } });
    expect(await restore('ada')).toMatchObject({ status: 200, body: { version: 3, body: text('first') } });
    expect(await restore('ada')).toMatchObject({ status: 409, body: { code: 'message.not_restorable' } });
    expect(await preview()).toMatchObject({ text: 'first' });
  });
});
