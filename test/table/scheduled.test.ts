import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import { MOST_SCHEDULED } from '#domain/scheduled.ts';
import { handler as participants } from '#functions/api/participants/participants.lambda.ts';
import { handler as settings } from '#functions/api/settings/settings.lambda.ts';
import { handler as users } from '#functions/api/users/users.lambda.ts';
import { sendScheduled } from '#sending/scheduled.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { OwnCountEntity } from '#table/own.ts';
import { findScheduled, replaceScheduled } from '#table/scheduled.ts';
import { tableName } from '#table/table-name.ts';
import { call } from '#test/support/call.ts';
import { denseLog, someClientId, textsOf } from '#test/support/conversations.ts';
import { aPinnable } from '#test/support/pins.ts';
import { cancel, inSeconds, runIn, schedule, scheduledOf, sendNow, update } from '#test/support/scheduled.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
const tenant = scope('acme');
const sockets = useSockets(tenant);
let count = 0;
let me: { userId: string };
let conversationId: string;

const idOf = ({ body }: { body: Readonly<Record<string, unknown>> }) => String(body['id']);
const said = async () => textsOf(await denseLog(logOf(tenant, conversationId)));
const stateOf = async (id: string) => (await findScheduled(tenant, { userId: me.userId, id }))!;
const dueItems = async () => {
  const parts = await Promise.all(
    [0, 1, 2, 3].map((part) =>
      documents.query({
        TableName: tableName(),
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': `S#DUE#${part}` },
      }),
    ),
  );
  return parts.flatMap(({ Items }) => Items);
};
const counted = async () =>
  (
    await documents.get({
      TableName: tableName(),
      Key: OwnCountEntity.key(tenant, { userId: me.userId, of: 'scheduled' }),
      ConsistentRead: true,
    })
  ).Item?.['n'];

beforeEach(async () => {
  count += 1;
  me = { userId: `user-${count}` };
  conversationId = await aPinnable(['ada', me.userId]);
});

describe('a scheduled message', () => {
  it('is sent when it is due, once, as its author, and its devices hear of it', async () => {
    await sockets.connect(me.userId);
    sockets.posts.length = 0;
    const made = await schedule(conversationId, 'good night', {}, me);
    expect(made).toMatchObject({
      status: 201,
      body: { state: 'scheduled', version: 1, messageId: null, reason: null },
    });
    expect(await runIn(30)).toEqual({ sent: 0, failed: 0, left: 0, errors: 0 });
    expect(await runIn(61)).toMatchObject({ sent: 1, errors: 0 });
    expect(await runIn(61)).toMatchObject({ sent: 0 });
    expect(await said()).toEqual(['good night']);
    const [sent] = (await scheduledOf(me))['items'] as { messageId: string }[];
    expect(sent).toMatchObject({ state: 'sent', messageId: `msg_${conversationId.slice(4)}_2` });
    const heard = sockets.posts.flatMap(({ frame }) => frame.events);
    expect(heard.map((event) => (event.type === 'scheduled:updated' ? event.state : event.type))).toEqual([
      'scheduled',
      'message:created',
      'sent',
    ]);
    expect([await counted(), await dueItems()]).toEqual([0, []]);
  });

  it('is scheduled once for a client id, within its times, and by those who may write', async () => {
    const clientId = someClientId();
    const sendAt = inSeconds(60);
    const first = await schedule(conversationId, 'once', { clientId, sendAt }, me);
    expect(await schedule(conversationId, 'once', { clientId, sendAt }, me)).toMatchObject({
      status: 200,
      body: first.body,
    });
    expect(await schedule(conversationId, 'other', { clientId, sendAt }, me)).toMatchObject({
      status: 409,
      body: { code: 'scheduled.id_reused' },
    });
    const key = { ...me, headers: { 'Idempotency-Key': someClientId() } };
    const racers = await Promise.all([1, 2, 3].map(() => schedule(conversationId, 'race', { sendAt }, key)));
    expect(racers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(await counted()).toBe(2);
    for (const seconds of [5, 367 * 86_400])
      expect(await schedule(conversationId, 'x', { sendAt: inSeconds(seconds) }, me)).toMatchObject({
        status: 400,
        body: { code: 'scheduled.time_invalid' },
      });
    expect(await schedule(conversationId, 'x', {}, { userId: 'mallory' })).toMatchObject({
      body: { code: 'conversation.not_found' },
    });
    expect(await cancel(idOf(first), {}, { userId: 'ada' })).toMatchObject({ body: { code: 'scheduled.not_found' } });
    await Promise.all([first, racers[0]!].map((one) => cancel(idOf(one), {}, me)));
  });

  it('is changed with its version, moved in time, and cancelled', async () => {
    const id = idOf(await schedule(conversationId, 'first', {}, me));
    const later = inSeconds(600);
    expect(await update(id, 1, { body: { type: 'text', text: 'second' }, sendAt: later }, me)).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: { version: 2, sendAt: later, content: { body: { text: 'second' } } },
    });
    expect(await update(id, 1, { sendAt: inSeconds(60) }, me)).toMatchObject({
      status: 409,
      body: { code: 'scheduled.version_conflict', current: { version: 2 } },
    });
    expect(await dueItems()).toHaveLength(1);
    expect(await sendScheduled(tenant, { ...me, id }, Date.now())).toMatchObject({ state: 'scheduled' });
    expect(await runIn(61)).toMatchObject({ sent: 0 });
    expect(await cancel(id, { version: 1 }, me)).toMatchObject({ status: 409 });
    expect(await cancel(id, {}, me)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await cancel(id, {}, me)).toMatchObject({ headers: { 'idempotent-replayed': 'true' } });
    expect(await update(id, 3, { sendAt: later }, me)).toMatchObject({ body: { code: 'scheduled.not_pending' } });
    expect(await sendNow(id, me)).toMatchObject({ status: 409, body: { code: 'scheduled.not_pending' } });
    expect(await runIn(700)).toMatchObject({ sent: 0 });
    expect([await said(), await counted(), await dueItems()]).toEqual([[], 0, []]);
  });

  it('is sent now when that is wished, once', async () => {
    const id = idOf(await schedule(conversationId, 'early', {}, me));
    const replies = await Promise.all([sendNow(id, me), sendNow(id, me), runIn(61)]);
    for (const reply of replies.slice(0, 2)) expect(reply).toMatchObject({ status: 200 });
    expect(await sendNow(id, me)).toMatchObject({ status: 200, body: { state: 'sent' } });
    expect([await said(), await counted(), await dueItems()]).toEqual([['early'], 0, []]);
  });

  it('fails with the reason when its author may not write any more, and holds up nobody', async () => {
    const direct = await aPinnable(['ada', me.userId, 'bob']);
    const ids = [
      idOf(await schedule(conversationId, 'removed', {}, me)),
      idOf(await schedule(direct, 'archived', {}, me)),
    ];
    await call(participants, api.participants.removeParticipant, { conversationId, userId: me.userId });
    await call(settings, api.settings.archiveConversation, { conversationId: direct });
    const other = await aPinnable(['ada', me.userId]);
    await schedule(other, 'goes on', {}, me);
    expect(await runIn(61)).toMatchObject({ sent: 1, failed: 2, errors: 0 });
    expect((await stateOf(ids[0]!)).reason).toBe('conversation.not_found');
    expect((await stateOf(ids[1]!)).reason).toBe('conversation.archived');
    expect([await said(), await counted()]).toEqual([[], 0]);
    expect(await sendNow(ids[0]!, me)).toMatchObject({ status: 409, body: { current: { state: 'failed' } } });
  });

  it('waits for its turn when its author sends too much, and is lost to no outage', async () => {
    await call(settings, api.settings.updateSettings, { conversationId, version: 1, slowModeSeconds: 60 });
    await schedule(conversationId, 'one', {}, me);
    await schedule(conversationId, 'two', {}, me);
    // Nothing ran for an hour: both are long due.
    expect(await runIn(3_600)).toMatchObject({ sent: 1, left: 1, failed: 0 });
    expect(await runIn(3_600)).toMatchObject({ sent: 0, left: 1 });
    expect(await runIn(3_665)).toMatchObject({ sent: 1, left: 0 });
    expect((await said()).sort()).toEqual(['one', 'two']);
    await schedule(conversationId, 'three', {}, me);
    expect(await runIn(3_670)).toMatchObject({ left: 1 });
    expect(await runIn(3_670 + 599)).toMatchObject({ sent: 1 });
  });

  it('is the same message for whoever goes on after a crash', async () => {
    const id = idOf(await schedule(conversationId, 'once only', {}, me));
    const before = await stateOf(id);
    const sendId = someClientId();
    const at = Date.now() + 61_000;
    await replaceScheduled(tenant, me.userId, before, { state: 'sending', claimedAt: at, sendId }, at);
    const claimed = await stateOf(id);
    expect(await cancel(id, {}, me)).toMatchObject({ status: 409, body: { code: 'scheduled.not_pending' } });
    expect(await runIn(61)).toMatchObject({ sent: 1 });
    // Sent, and then nobody wrote that it was.
    const done = await stateOf(id);
    await documents.put({
      TableName: tableName(),
      Item: OwnCountEntity.toItem(tenant, { userId: me.userId, of: 'scheduled' }, { n: 1 }),
    });
    await replaceScheduled(tenant, me.userId, done, { ...claimed, sendAt: done.sendAt + 1 }, at);
    await Promise.all([runIn(62), runIn(62)]);
    expect(await stateOf(id)).toMatchObject({ state: 'sent', seq: 2 });
    expect(await said()).toEqual(['once only']);
  });

  it('is one of a hundred at most, exactly', async () => {
    const Item = OwnCountEntity.toItem(tenant, { userId: me.userId, of: 'scheduled' }, { n: MOST_SCHEDULED - 1 });
    await documents.put({ TableName: tableName(), Item });
    const replies = await Promise.all([1, 2, 3].map(() => schedule(conversationId, 'x', {}, me)));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(replies.find(({ status }) => status === 409)).toMatchObject({ body: { code: 'scheduled.too_many' } });
    await runIn(61);
  });

  it('is not sent to somebody who has blocked its author', async () => {
    const { handler: conversations } = await import('#functions/api/conversations/conversations.lambda.ts');
    const made = await call(
      conversations,
      api.conversations.createConversation,
      { type: 'direct', participants: ['ada'] },
      me,
    );
    const id = idOf(await schedule(String(made.body['id']), 'hello', {}, me));
    await call(users, api.users.blockUser, { userId: me.userId }, { userId: 'ada' });
    expect(await runIn(61)).toMatchObject({ failed: 1 });
    expect(await stateOf(id)).toMatchObject({ state: 'failed', reason: 'message.forbidden' });
  });

  it('is listed, the last scheduled first, by conversation and by state, page by page', async () => {
    const other = await aPinnable(['ada', me.userId]);
    const ids: string[] = [];
    for (const [index, where] of [conversationId, other, conversationId].entries())
      ids.unshift(idOf(await schedule(where, 'x', { clientId: someClientId(Date.now() - 10_000 + index) }, me)));
    await cancel(ids[0]!, {}, me);
    const list = async (input: object) =>
      ((await scheduledOf(me, input))['items'] as { id: string }[]).map(({ id }) => id);
    expect(await list({})).toEqual(ids);
    expect(await list({ conversationId })).toEqual([ids[0], ids[2]]);
    expect(await list({ state: 'cancelled' })).toEqual([ids[0]]);
    const first = await scheduledOf(me, { limit: 2 });
    expect(await list({ limit: 2, cursor: first['nextCursor'] })).toEqual([ids[2]]);
    expect(await scheduledOf({ userId: 'ada' })).toMatchObject({ items: [] });
    await runIn(61);
  });
});
