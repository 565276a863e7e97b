import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler } from '#functions/api/settings/settings.lambda.ts';
import { createConversation } from '#table/conversation-create.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aGroup, denseLog, someClientId, someConversationId } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const tenant = scope('acme');
const { updateConversation, archiveConversation, restoreConversation, getSettings } = api.settings;
const { updateSettings, listSettingsHistory, revertSettings } = api.settings;
const { sendMessage, listMessages, getMessage, listVersions } = api.messages;
let conversationId: string;

const bob = { userId: 'bob' };
const key = (operation: string) => ({ headers: { 'Idempotency-Key': operation } });
const shown = async () => (await call(handler, getSettings, { conversationId })).body;
const update = (version: number, change: object, options: CallOptions = {}) =>
  call(handler, updateConversation, { conversationId, version, ...change }, options);
const set = (version: number, change: object, options: CallOptions = {}) =>
  call(handler, updateSettings, { conversationId, version, ...change }, options);
const send = (options: CallOptions = {}, clientId = someClientId()) =>
  call(messages, sendMessage, { conversationId, clientId, body: { type: 'text', text: 'hello' } }, options);
const kinds = async () =>
  (await denseLog(logOf(tenant, conversationId))).map((entry) =>
    entry.kind === 'change' ? entry.change.d.kind : entry.kind,
  );

beforeEach(async () => {
  conversationId = await aGroup(tenant, ['ada', 'bob', 'carol']);
});

describe('a change of a conversation', () => {
  it('is shown, counted, and in the log with what was before', async () => {
    expect(await shown()).toMatchObject({ version: 1, name: 'Engines', description: null, metadata: {} });
    const change = { name: 'Looms', description: 'All about looms.', metadata: { project: 'x' } };
    expect(await update(1, change)).toMatchObject({ status: 200, body: { ...change, version: 2, seq: 2 } });
    expect(await shown()).toMatchObject({ ...change, version: 2 });
    expect((await logOf(tenant, conversationId).head())?.name).toBe('Looms');
    const [, entry] = await denseLog(logOf(tenant, conversationId));
    expect(entry).toMatchObject({
      change: { u: 'ada', d: { kind: 'conversation_updated', before: { name: 'Engines' }, after: change, version: 2 } },
    });
    expect(await update(2, { name: null })).toMatchObject({ body: { name: null, version: 3 } });
    expect((await logOf(tenant, conversationId).head())?.name).toBeUndefined();
  });

  it('of a stale version is refused with the current state; what changes nothing takes no number', async () => {
    await update(1, { description: 'one' });
    expect(await update(1, { description: 'two' })).toMatchObject({
      status: 409,
      body: { code: 'conversation.version_conflict', current: { version: 2, description: 'one' } },
    });
    expect(await update(2, { description: 'one' })).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await kinds()).toEqual(['message', 'conversation_updated']);
  });

  it('is taken from one of those that race for a version; names and numbers stay in step', async () => {
    for (let version = 1; version < 6; version++) {
      const names = ['a', 'b', 'c', 'd'].map((letter) => `${letter}${version}`);
      const replies = await Promise.all(names.map((name) => update(version, { name })));
      expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(replies.filter(({ body }) => body['code'] === 'conversation.version_conflict')).toHaveLength(3);
      const now = await shown();
      expect(now).toMatchObject({ version: version + 1 });
      expect((await logOf(tenant, conversationId).head())?.name).toBe(now['name']);
    }
    await denseLog(logOf(tenant, conversationId));
  });

  it('is made once under one operation id, and another under it is refused', async () => {
    const operation = key(someClientId());
    const first = await update(1, { name: 'Looms' }, operation);
    expect(await update(1, { name: 'Looms' }, operation)).toMatchObject({ status: 200, body: first.body });
    expect(await update(1, { name: 'Other' }, operation)).toMatchObject({ body: { code: 'message.client_id_reused' } });
    expect(await kinds()).toEqual(['message', 'conversation_updated']);
  });

  it('is for who may edit; outsiders find nothing; a foreign picture is refused', async () => {
    expect(await update(1, { name: 'x' }, bob)).toMatchObject({ status: 403, body: { code: 'participant.forbidden' } });
    expect(await update(1, { name: 'x' }, { userId: 'mallory' })).toMatchObject({ status: 404 });
    expect(await update(1, { name: 'x' }, { tenantId: 'globex' })).toMatchObject({ status: 404 });
    const avatarId = 'med_AAAAAAAAAAAAAAAAAAAAAA';
    expect(await update(1, { avatarId })).toMatchObject({ status: 409, body: { code: 'message.media_unusable' } });
    const metadata = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`k${index}`, 'v']));
    expect(await update(1, { metadata })).toMatchObject({ status: 400 });
    expect(await kinds()).toEqual(['message']);
  });
});

describe('archiving for everybody', () => {
  const archive = (options: CallOptions = {}) => call(handler, archiveConversation, { conversationId }, options);
  const restore = (options: CallOptions = {}) => call(handler, restoreConversation, { conversationId }, options);

  it('makes the conversation read-only until it is restored; numbers stay dense', async () => {
    await send();
    const archived = await archive();
    expect(archived).toMatchObject({ status: 200, body: { seq: 3, archivedAt: expect.stringMatching(/Z$/) } });
    expect(await archive()).toMatchObject({ status: 200, body: { seq: 3 } });
    expect(await send()).toMatchObject({ status: 409, body: { code: 'conversation.archived' } });
    expect(await update(1, { name: 'x' })).toMatchObject({ status: 409, body: { code: 'conversation.archived' } });
    const page = await call(messages, listMessages, { conversationId }, bob);
    expect(page.body['items']).toHaveLength(2);

    expect(await restore(bob)).toMatchObject({ status: 403 });
    expect(await restore()).toMatchObject({ status: 200, body: { seq: 4, archivedAt: null } });
    expect(await restore()).toMatchObject({ status: 409, body: { code: 'conversation.not_archived' } });
    expect(await send()).toMatchObject({ status: 201, body: { seq: 5 } });
    const changes = ['conversation_archived', 'conversation_restored'];
    expect(await kinds()).toEqual(['message', 'message', ...changes, 'message']);
  });

  it('is repeated under its operation id, and a restoring too', async () => {
    const [one, other] = [key(someClientId()), key(someClientId())];
    await archive(one);
    expect(await restore(other)).toMatchObject({ status: 200, body: { seq: 3 } });
    expect(await restore(other)).toMatchObject({ status: 200, body: { seq: 3, archivedAt: null } });
    expect(await archive(one)).toMatchObject({ status: 200, body: { seq: 3, archivedAt: null } });
    expect(await kinds()).toHaveLength(3);
  });

  it('is taken from one of those that race, as restoring is', async () => {
    for (const act of [archive, restore, archive, restore]) {
      const replies = await Promise.all([act(), act(), act(), act()]);
      expect(replies.filter(({ status, headers }) => status === 200 && !headers['idempotent-replayed'])).toHaveLength(
        1,
      );
      expect(replies.every(({ status }) => status === 200 || status === 409)).toBe(true);
    }
    const told = (await kinds()).filter((kind) => kind.startsWith('conversation_'));
    expect(told).toEqual(['archived', 'restored', 'archived', 'restored'].map((what) => `conversation_${what}`));
  });

  it('is for owners and admins, and not for direct conversations', async () => {
    expect(await archive(bob)).toMatchObject({ status: 403 });
    await set(1, { thresholds: { edit: 'member' } });
    expect(await archive(bob)).toMatchObject({ status: 403 });
    expect(await archive({ userId: 'mallory' })).toMatchObject({ status: 404 });
    conversationId = someConversationId();
    const direct = { type: 'direct', name: undefined, createdBy: 'ada', members: ['bob'], hash: 'test' } as const;
    await createConversation(tenant, { ...direct, conversationId, at: Date.now() });
    expect(await archive()).toMatchObject({ status: 409, body: { code: 'conversation.direct_fixed' } });
  });
});

describe('settings', () => {
  it('have a history with who, before and after, in pages, and go back as a new version', async () => {
    await set(1, { theme: { accent: '#aa00ff', background: null }, notifications: 'mentions' });
    await update(2, { description: 'kept' });
    await set(3, { slowModeSeconds: 60, retentionDays: 30 });
    const page = await call(handler, listSettingsHistory, { conversationId, limit: 2 }, bob);
    expect(page.body['items']).toMatchObject([
      { version: 4, changedBy: 'ada', before: { slowModeSeconds: 0 }, after: { slowModeSeconds: 60 } },
      { version: 3, before: { description: null }, after: { description: 'kept' } },
    ]);
    const cursor = page.body['nextCursor'];
    const rest = await call(handler, listSettingsHistory, { conversationId, limit: 2, cursor }, bob);
    expect(rest.body).toMatchObject({
      items: [{ version: 2, after: { notifications: 'mentions' } }],
      nextCursor: null,
    });

    expect(await call(handler, revertSettings, { conversationId, version: 9 })).toMatchObject({ status: 404 });
    const stale = { headers: { 'If-Match': '"3"' } };
    expect(await call(handler, revertSettings, { conversationId, version: 2 }, stale)).toMatchObject({ status: 409 });
    expect(await call(handler, revertSettings, { conversationId, version: 2 })).toMatchObject({
      status: 200,
      body: {
        version: 5,
        description: 'kept',
        conversationSettings: { notifications: 'mentions', slowModeSeconds: 0, theme: { accent: '#aa00ff' } },
      },
    });
    expect((await logOf(tenant, conversationId).head())?.rules).toBeUndefined();
  });

  it('say who may send; a refused send takes no number', async () => {
    await set(1, { thresholds: { send: 'admin' } });
    await call(messages, listMessages, { conversationId }, bob);
    expect(await send(bob)).toMatchObject({ status: 403, body: { code: 'message.forbidden' } });
    expect(await send()).toMatchObject({ status: 201, body: { seq: 3 } });
    await set(2, { thresholds: { send: 'member' } });
    expect(await send(bob)).toMatchObject({ status: 201, body: { seq: 5 } });
    expect(await kinds()).not.toContain('void');
  });

  it('say who may add', async () => {
    const add = (userId: string, options: CallOptions) =>
      call(conversations, api.conversations.addParticipants, { conversationId, userIds: [userId] }, options);
    expect(await add('dora', bob)).toMatchObject({ status: 403 });
    await set(1, { thresholds: { add: 'member' } });
    expect(await add('dora', bob)).toMatchObject({ status: 200, body: { results: [{ status: 'added' }] } });
    await set(2, { thresholds: { add: 'owner' } });
    expect(await add('emil', bob)).toMatchObject({ status: 403, body: { needs: ['owner'] } });
    expect(await add('emil', {})).toMatchObject({ status: 200 });
  });

  it('keep a member waiting in slow mode: of several at once one is sent, and a repetition is answered', async () => {
    await set(1, { slowModeSeconds: 60 });
    const replies = await Promise.all(Array.from({ length: 5 }, () => send(bob)));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = replies.find(({ status }) => status === 429);
    expect(refused).toMatchObject({ body: { code: 'message.slow_mode' }, headers: { 'retry-after': '60' } });
    expect((await send({ userId: 'carol' })).status).toBe(201);
    const sent = replies.find(({ status }) => status === 201)!;
    expect(await send(bob, String(sent.body['clientId']))).toMatchObject({ status: 200, body: sent.body });
    expect([(await send()).status, (await send()).status]).toEqual([201, 201]);
    expect((await kinds()).filter((kind) => kind === 'message')).toHaveLength(5);
  });

  it('hide what was said before a member joined, in every way to read it', async () => {
    const before = await send();
    const joined = await call(conversations, api.conversations.addParticipants, { conversationId, userIds: ['dora'] });
    expect(joined.status).toBe(200);
    const dora = { userId: 'dora' };
    const numbers = async (options: object = {}) =>
      (
        (await call(messages, listMessages, { conversationId, ...options }, dora)).body['items'] as { seq: number }[]
      ).map(({ seq }) => seq);
    expect(await numbers()).toContain(2);
    await send();
    await set(1, { history: 'since_joined' });
    expect(await numbers()).toEqual([4, 3]);
    expect(await numbers({ order: 'oldest' })).toEqual([3, 4]);
    const { id: messageId } = before.body;
    expect(await call(messages, getMessage, { messageId }, dora)).toMatchObject({ status: 404 });
    expect(await call(messages, listVersions, { messageId }, dora)).toMatchObject({ status: 404 });
    expect(await call(messages, getMessage, { messageId }, bob)).toMatchObject({ status: 200 });
  });
});
