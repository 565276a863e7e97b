import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler } from '#functions/api/pins/pins.lambda.ts';
import { handler as settings } from '#functions/api/settings/settings.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { denseLog, someClientId } from '#test/support/conversations.ts';
import { aPinnable, order, pin, pins, say, unpin } from '#test/support/pins.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const tenant = scope('acme');
const { deleteMessage, restoreMessage, getMessage } = api.messages;
let conversationId: string;
let one: string;
let two: string;

const bob = { userId: 'bob' };
const key = (operation: string) => ({ headers: { 'Idempotency-Key': operation } });
const message = async (messageId: string) => (await call(messages, getMessage, { messageId })).body;
const set = (version: number, change: object) =>
  call(settings, api.settings.updateSettings, { conversationId, version, ...change });
const version = async () => (await pins(conversationId)).version;
const last = async () => (await logOf(tenant, conversationId).head())?.seq;
const remove = (messageId: string, options: CallOptions = {}) => call(messages, deleteMessage, { messageId }, options);

beforeEach(async () => {
  conversationId = await aPinnable();
  [one, two] = [await say(conversationId, 'one'), await say(conversationId, 'two')];
});

describe('a pin', () => {
  it('comes in front, is shown on the message and in the log, and goes again', async () => {
    expect(await pin(one)).toMatchObject({ status: 200, body: { id: one, pinned: true } });
    await pin(two);
    expect(await pins(conversationId)).toMatchObject({
      version: 5,
      items: [
        { message: { id: two, pinned: true }, pinnedBy: 'ada' },
        { message: { id: one, body: { text: 'one' } }, pinnedBy: 'ada' },
      ],
    });
    expect(await unpin(one)).toMatchObject({ status: 200, body: { id: one, pinned: false } });
    expect(await pins(conversationId)).toMatchObject({ version: 6, items: [{ message: { id: two } }] });
    expect(await message(one)).toMatchObject({ pinned: false, version: 1 });
    const entries = await denseLog(logOf(tenant, conversationId));
    expect(entries.flatMap((entry) => (entry.kind === 'change' ? [entry.change.d] : []))).toEqual([
      { kind: 'pin_added', message: 2 },
      { kind: 'pin_added', message: 3 },
      { kind: 'pin_removed', message: 2 },
    ]);
  });

  it('is set once, however often; what is as wished takes no number', async () => {
    const operation = someClientId();
    expect(await pin(one, key(operation))).toMatchObject({ status: 200 });
    const before = await last();
    expect(await pin(one, key(operation))).toMatchObject({ headers: { 'idempotent-replayed': 'true' } });
    expect(await pin(one)).toMatchObject({ status: 200, body: { pinned: true } });
    expect(await unpin(two)).toMatchObject({ status: 200, body: { pinned: false } });
    expect(await last()).toBe(before);
    expect(await pins(conversationId)).toMatchObject({ version: 4, items: [{ pinnedBy: 'ada' }] });
    expect(await unpin(two, key(operation))).toMatchObject({ status: 200 });
    await unpin(one);
    expect(await pin(two, key(operation))).toMatchObject({ status: 409, body: { code: 'message.client_id_reused' } });
  });

  it('is for those whom the settings say, and for members alone', async () => {
    expect(await pin(one, bob)).toMatchObject({
      status: 403,
      body: { code: 'participant.forbidden', needs: ['owner', 'admin'] },
    });
    await set(1, { thresholds: { pin: 'member' } });
    expect(await pin(one, bob)).toMatchObject({ status: 200 });
    await set(2, { thresholds: { pin: 'owner' } });
    expect(await unpin(one, bob)).toMatchObject({ status: 403 });
    for (const call_ of [pin, unpin])
      for (const stranger of [{ userId: 'mallory' }, { tenantId: 'globex' }])
        expect(await call_(one, stranger)).toMatchObject({ status: 404, body: { code: 'message.not_found' } });
    expect(await pin(`${one}9`)).toMatchObject({ status: 404, body: { code: 'message.not_found' } });
    expect(await pins(conversationId, { userId: 'mallory' })).toMatchObject({ code: 'conversation.not_found' });
    expect(await order(conversationId, 1, [one], { userId: 'mallory' })).toMatchObject({ status: 404 });
    expect(await order(conversationId, 1, [one], bob)).toMatchObject({ status: 403 });
  });

  it('is not set in an archived conversation', async () => {
    await call(settings, api.settings.archiveConversation, { conversationId });
    expect(await pin(one)).toMatchObject({ status: 409, body: { code: 'conversation.archived' } });
  });

  it('goes with its message, does not come back with it, and takes nobody’s place', async () => {
    await pin(one);
    await pin(two);
    await remove(one);
    expect(await pins(conversationId)).toMatchObject({ items: [{ message: { id: two } }] });
    expect(await message(one)).toMatchObject({ pinned: false });
    expect(await pin(one)).toMatchObject({ status: 409, body: { code: 'message.deleted' } });
    await call(messages, restoreMessage, { messageId: one });
    expect(await pins(conversationId)).toMatchObject({ items: [{ message: { id: two } }] });
    await pin(one);
    expect(await pins(conversationId)).toMatchObject({ items: [{ message: { id: one } }, { message: { id: two } }] });
  });

  it('is not seen by who joined after its message, where the settings say so', async () => {
    await pin(one);
    await set(1, { history: 'since_joined', thresholds: { pin: 'member' } });
    const { handler: conversations } = await import('#functions/api/conversations/conversations.lambda.ts');
    await call(conversations, api.conversations.addParticipants, { conversationId, userIds: ['dora'] });
    const dora = { userId: 'dora' };
    const three = await say(conversationId, 'three');
    await pin(three, dora);
    expect((await pins(conversationId, dora)).items).toMatchObject([{ message: { id: three } }]);
    expect((await pins(conversationId, bob)).items).toHaveLength(2);
    expect(await pin(two, dora)).toMatchObject({ status: 404 });
    expect(await order(conversationId, await version(), [one], dora)).toMatchObject({
      status: 404,
      body: { code: 'pin.not_found' },
    });
    expect(await order(conversationId, await version(), [three], dora)).toMatchObject({
      body: { items: [{ message: { id: three } }] },
    });
  });
});

describe('the order of pins', () => {
  it('is the one given, and what is not named follows', async () => {
    const three = await say(conversationId, 'three');
    for (const id of [one, two, three]) await pin(id);
    const ordered = await order(conversationId, 7, [one]);
    expect(ordered).toMatchObject({ status: 200, headers: { etag: '"8"' }, body: { version: 8 } });
    const ids = async () => (await pins(conversationId)).items.map((item) => item.message.id);
    expect(await ids()).toEqual([one, three, two]);
    expect(await order(conversationId, 8, [two, one, three])).toMatchObject({ status: 200 });
    expect(await ids()).toEqual([two, one, three]);
  });

  it('of a stale version is refused with the current state; without a version, or with what is not pinned, too', async () => {
    await pin(one);
    await pin(two);
    const before = await last();
    expect(await order(conversationId, 4, [one])).toMatchObject({
      status: 409,
      body: { code: 'pin.version_conflict', current: { version: 5, items: [{ message: { id: two } }, {}] } },
    });
    expect(await call(handler, api.pins.orderPins, { conversationId, messageIds: [one] })).toMatchObject({
      status: 400,
    });
    await unpin(two);
    expect(await order(conversationId, 6, [two])).toMatchObject({ status: 404, body: { code: 'pin.not_found' } });
    expect(await last()).toBe(before! + 1);
    const operation = someClientId();
    await order(conversationId, 6, [one], key(operation));
    expect(await order(conversationId, 6, [one], key(operation))).toMatchObject({
      status: 200,
      headers: { 'idempotent-replayed': 'true' },
    });
  });
});
