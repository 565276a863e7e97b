import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import type { Route } from '#contract/route.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as invitations } from '#functions/api/invitations/invitations.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as mine } from '#functions/api/mine/mine.lambda.ts';
import { handler as participants } from '#functions/api/participants/participants.lambda.ts';
import { handler as pins } from '#functions/api/pins/pins.lambda.ts';
import { handler as reactions } from '#functions/api/reactions/reactions.lambda.ts';
import { handler as receipts } from '#functions/api/receipts/receipts.lambda.ts';
import { handler as retention } from '#functions/api/retention/retention.lambda.ts';
import { handler as scheduled } from '#functions/api/scheduled/scheduled.lambda.ts';
import { handler as settings } from '#functions/api/settings/settings.lambda.ts';
import { handler as threads } from '#functions/api/threads/threads.lambda.ts';
import { purgeDue, SETTLED_MS } from '#functions/jobs/purge-due.ts';
import { listAudits } from '#table/audit.ts';
import { type Item, scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { linkMedia } from '#table/media.ts';
import { MessageEntity } from '#table/message.ts';
import { findPurge, listDuePurges, takePurge } from '#table/purge.ts';
import { tableName } from '#table/table-name.ts';
import { emulatorEndpoint } from '#test/support/aws-env.ts';
import { type CallOptions, call, type RestHandler } from '#test/support/call.ts';
import { someClientId } from '#test/support/conversations.ts';
import { readyMedia } from '#test/support/media.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
let tenants = 0;
let tenantId: string;
const tenant = () => scope(tenantId);
const sockets = useSockets(scope('purge-sockets'));

const text = (said: string) => ({ body: { type: 'text', text: said } });
/** What somebody does; everything that is done here has to go well, unless it is looked at. */
const ask = (handler: RestHandler, route: Route, input: object, userId = 'ada', options: CallOptions = {}) =>
  call(handler, route, input as Record<string, unknown>, { tenantId, userId, ...options });
const done = async (...asked: Parameters<typeof ask>) => {
  const reply = await ask(...asked);
  expect(reply.status, JSON.stringify(reply.body)).toBeLessThan(300);
  return reply.body;
};
const create = async (input: object, userId = 'ada') =>
  String((await done(conversations, api.conversations.createConversation, input, userId))['id']);
const aGroupOf = () => create({ type: 'group', name: 'Engines', participants: ['bob', 'cleo'] });
const purge = (conversationId: string, userId = 'ada', options: CallOptions = {}, confirm = conversationId) =>
  ask(settings, api.settings.purgeConversation, { conversationId, confirm }, userId, options);

/** The job, started so long after now that all that was purged is due, with time for some looks at the clock. */
const run = (looks = 1_000_000) => {
  let left = looks;
  const start = Date.now() + SETTLED_MS + 1_000;
  return purgeDue({ now: () => (left-- > 0 ? start : start + 60_000), until: start + 45_000 });
};

/** Everything in the table that names a conversation, in its key or inside. */
async function itemsNaming(conversationId: string): Promise<Item[]> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: emulatorEndpoint() }));
  const found: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName(), ConsistentRead: true }))
    found.push(...Items.filter((item) => JSON.stringify(item).includes(conversationId.slice(4))));
  client.destroy();
  return found;
}
const kindsNaming = async (conversationId: string) =>
  [...new Set((await itemsNaming(conversationId)).map(({ ty }) => String(ty)))].sort();

/** A group in which all has happened that leaves something behind. */
async function aFullGroup() {
  const conversationId = await aGroupOf();
  const send = async (input: object, userId = 'ada') =>
    String((await done(messages, api.messages.sendMessage, { conversationId, ...input }, userId))['id']);
  const messageId = await send(text('first'));
  const [mediaId, avatarId] = [await readyMedia(tenant()), await readyMedia(tenant())];
  await send({ body: { type: 'image', mediaId }, clientId: someClientId() });
  await linkMedia(tenant(), mediaId, conversationId, 3);
  await send({ ...text('hear, @bob'), mentions: { userIds: ['bob'] } });
  await done(messages, api.messages.editMessage, { messageId, version: 1, ...text('changed') });
  await done(reactions, api.reactions.addReaction, { messageId, emoji: '👍' }, 'bob');
  await done(threads, api.threads.replyToMessage, { messageId, ...text('a reply') }, 'bob');
  // Somebody follows what nobody has replied to.
  const lonely = await send(text('nobody answers'));
  await done(threads, api.threads.subscribeToThread, { messageId: lonely, state: 'following' }, 'cleo');
  await done(pins, api.pins.pinMessage, { messageId });
  await done(receipts, api.receipts.hideMessage, { messageId: lonely }, 'cleo');
  await done(receipts, api.receipts.markRead, { conversationId, seq: 3 }, 'bob');
  await done(settings, api.settings.updateConversation, { conversationId, version: 1, description: 'of all kinds' });
  await done(settings, api.settings.updateSettings, { conversationId, version: 2, avatarId, slowModeSeconds: 5 });
  await done(invitations, api.invitations.createInvitation, { conversationId, kind: 'direct', userIds: ['dora'] });
  await done(participants, api.participants.banParticipant, { conversationId, userId: 'cleo', reason: 'x' });
  await done(mine, api.mine.putDraft, { conversationId, version: 0, ...text('not said') }, 'bob');
  await done(mine, api.mine.setBookmark, { messageId }, 'bob');
  return { conversationId, messageId, mediaId };
}

const ids = async (userId: string) =>
  ((await done(conversations, api.conversations.listConversations, {}, userId))['items'] as { id: string }[]).map(
    ({ id }) => id,
  );

beforeEach(async () => {
  // What another test left.
  await run();
  tenantId = `purge-${tenants++}`;
  sockets.posts.length = 0;
});

describe('a conversation that is purged', () => {
  it('is gone for everybody at once', async () => {
    const { conversationId, messageId } = await aFullGroup();
    const other = await aGroupOf();
    expect(await ids('bob')).toEqual(expect.arrayContaining([conversationId, other]));
    expect(await purge(conversationId)).toMatchObject({ status: 202, body: { conversationId } });
    expect(await ids('bob')).toEqual([other]);
    expect(await done(receipts, api.receipts.getUnread, {}, 'bob')).toMatchObject({ unreadCount: 0 });
    expect(await done(mine, api.mine.listDrafts, {}, 'bob')).toMatchObject({ items: [] });
    const bookmarks = await done(mine, api.mine.listBookmarks, {}, 'bob');
    expect(JSON.stringify(bookmarks)).not.toContain('changed');
    expect(await done(invitations, api.invitations.listReceived, {}, 'dora')).toMatchObject({ items: [] });
    const asked: [RestHandler, Route, object][] = [
      [conversations, api.conversations.getConversation, { conversationId }],
      [conversations, api.conversations.listParticipants, { conversationId }],
      [messages, api.messages.listMessages, { conversationId }],
      [messages, api.messages.sendMessage, { conversationId, ...text('still here?') }],
      [messages, api.messages.getMessage, { messageId }],
      [messages, api.messages.editMessage, { messageId, version: 2, ...text('again') }],
      [settings, api.settings.archiveConversation, { conversationId }],
      [participants, api.participants.leaveConversation, { conversationId }],
      [mine, api.mine.getDraft, { conversationId }],
      [settings, api.settings.purgeConversation, { conversationId, confirm: conversationId }],
    ];
    for (const [handler, route, input] of asked)
      expect(await ask(handler, route, input, 'bob')).toMatchObject({ status: 404 });
    expect(
      await ask(retention, api.retention.holdConversation, { conversationId, reason: 'x' }, 'ada', {
        roles: ['user', 'admin'],
      }),
    ).toMatchObject({ status: 404 });
  });

  it('is removed with all that it had, and nothing else is', async () => {
    const { conversationId } = await aFullGroup();
    const { conversationId: other } = await aFullGroup();
    const before = await itemsNaming(other);
    const kinds = await kindsNaming(conversationId);
    for (const kind of [
      'change',
      'invitation',
      'media-link',
      'member',
      'mention',
      'message',
      'pins',
      'reaction',
      'received-invitation',
      'registered',
      'reply',
      'settings-version',
      'thread-member',
    ])
      expect(kinds).toContain(kind);
    await purge(conversationId);
    expect(await purgeDue({ now: Date.now, until: Date.now() + 10_000 })).toMatchObject({ removed: 0 });
    expect((await itemsNaming(conversationId)).length).toBeGreaterThan(10);
    expect(await run()).toMatchObject({ removed: 1, left: 0, errors: 0 });
    // What belongs to one user stays, and shows nothing; and that it was purged.
    expect(await kindsNaming(conversationId)).toEqual(['audit', 'bookmark', 'bookmark-place', 'draft', 'purge']);
    expect(await itemsNaming(other)).toEqual(before);
    const { entries } = await listAudits(tenant(), { before: undefined, limit: 10, targetId: conversationId });
    expect(entries).toMatchObject([
      { action: 'conversation.removed', actorId: null, after: { items: expect.any(Number) } },
      { action: 'conversation.purged', actorId: 'ada', before: { type: 'group', name: 'Engines' } },
    ]);
    expect(entries[0]!.after!['items']).toBeGreaterThan(10);
    expect(await run()).toMatchObject({ removed: 0, passed: 0 });
  });

  it('is removed by the next start where one was interrupted, by one at a time', async () => {
    const { conversationId } = await aFullGroup();
    for (let index = 0; index < 250; index++)
      await documents.put({
        TableName: tableName(),
        Item: MessageEntity.toItem(
          tenant(),
          { conversationId, seq: 1_000 + index },
          { u: 'ada', h: 'x', b: { type: 'text', text: 'x' }, a: 1, v: 1 },
        ),
      });
    await purge(conversationId);
    expect(await run(6)).toMatchObject({ removed: 0, left: 1 });
    const left = (await itemsNaming(conversationId)).length;
    expect(left).toBeGreaterThan(100);
    const [due] = (await listDuePurges(Date.now(), undefined, 100)).filter((one) => one.tenant === tenant());
    const at = Date.now() + SETTLED_MS + 1_000;
    expect(await takePurge(due!, at, at + 60_000)).toBe(true);
    expect(await takePurge(due!, at, at + 60_000)).toBe(false);
    expect(await run()).toMatchObject({ removed: 0, passed: 1 });
    expect((await itemsNaming(conversationId)).length).toBe(left);
    expect(await takePurge(due!, at + 60_000, 0)).toBe(true);
    expect(await run()).toMatchObject({ removed: 1 });
    expect(await kindsNaming(conversationId)).not.toContain('message');
  });

  it('takes with it what somebody was still writing', async () => {
    const conversationId = await aGroupOf();
    await purge(conversationId);
    const late = { u: 'bob', h: 'x', b: { type: 'text', text: 'late' }, a: Date.now(), v: 1 } as const;
    expect(await logOf(tenant(), conversationId).put(2, late)).toBe(true);
    await run();
    expect(await kindsNaming(conversationId)).toEqual(['audit', 'purge']);
  });

  it('tells everybody who was in it', async () => {
    tenantId = 'purge-sockets';
    const conversationId = await aGroupOf();
    await sockets.connect('cleo');
    sockets.posts.length = 0;
    await purge(conversationId);
    const events = sockets.posts.flatMap(({ frame }) => frame.events);
    expect(events).toEqual([{ type: 'conversation:purged', conversationId, seq: 1 }]);
    await run();
  });
});

describe('purging', () => {
  it('is an owner’s, also of what is archived, who names it once more', async () => {
    const conversationId = await aGroupOf();
    await done(participants, api.participants.changeRole, { conversationId, userId: 'bob', role: 'admin' });
    for (const userId of ['bob', 'cleo'])
      expect(await purge(conversationId, userId)).toMatchObject({
        status: 403,
        body: { code: 'participant.forbidden' },
      });
    expect(await purge(conversationId, 'eve')).toMatchObject({ status: 404, body: { code: 'conversation.not_found' } });
    const another = await aGroupOf();
    expect(await purge(conversationId, 'ada', {}, another)).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', issues: [{ path: 'confirm' }] },
    });
    expect(await ids('cleo')).toContain(conversationId);
    await done(settings, api.settings.archiveConversation, { conversationId });
    expect(await purge(conversationId)).toMatchObject({ status: 202 });
  });

  it('is refused under a legal hold, of the conversation or of the tenant; one that comes later stops the removal', async () => {
    const conversationId = await aGroupOf();
    const admin = { roles: ['user', 'admin'] };
    for (const [hold, lift, input] of [
      [api.retention.holdConversation, api.retention.releaseConversation, { conversationId }],
      [api.retention.holdTenant, api.retention.releaseTenant, {}],
    ] as const) {
      await done(retention, hold, { ...input, reason: 'a case' }, 'ada', admin);
      expect(await purge(conversationId)).toMatchObject({ status: 409, body: { code: 'conversation.held' } });
      expect(await ids('ada')).toEqual([conversationId]);
      await done(retention, lift, input, 'ada', admin);
    }
    expect(await purge(conversationId)).toMatchObject({ status: 202 });
    await done(retention, api.retention.holdTenant, { reason: 'a case' }, 'ada', admin);
    expect(await run()).toMatchObject({ removed: 0, passed: 1 });
    expect(await kindsNaming(conversationId)).toContain('message');
    await done(retention, api.retention.releaseTenant, {}, 'ada', admin);
    expect(await run()).toMatchObject({ removed: 1 });
  });

  it('answers a repetition the same, before and after the removal, and happens once', async () => {
    const conversationId = await aGroupOf();
    const replies = await Promise.all([1, 2, 3].map(() => purge(conversationId)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 202]);
    const [{ body }] = [replies[0]!];
    for (const reply of replies) expect(reply.body).toEqual(body);
    await run();
    expect(await purge(conversationId)).toMatchObject({ status: 200, body });
    expect(await purge(conversationId, 'bob')).toMatchObject({ status: 404 });
    const { entries } = await listAudits(tenant(), { before: undefined, limit: 10, targetId: conversationId });
    expect(entries.map(({ action }) => action)).toEqual(['conversation.removed', 'conversation.purged']);
  });

  it('lets a pair begin anew when all is removed, not before', async () => {
    const pair = { type: 'direct', participants: ['bob'] };
    const conversationId = await create(pair);
    await done(messages, api.messages.sendMessage, { conversationId, ...text('secret') });
    const key = { headers: { 'Idempotency-Key': someClientId() } };
    expect(await purge(conversationId, 'bob', key)).toMatchObject({ status: 202 });
    expect(await ask(conversations, api.conversations.createConversation, pair)).toMatchObject({
      status: 409,
      body: { code: 'conversation.purging' },
    });
    await run();
    expect((await findPurge(tenant(), conversationId))?.endedAt).toBeDefined();
    expect(await create(pair)).toBe(conversationId);
    const history = await done(messages, api.messages.listMessages, { conversationId });
    expect(JSON.stringify(history)).not.toContain('secret');
    // A late repetition is told by its key, and does not take the new one away; another purge does.
    expect(await purge(conversationId, 'bob', key)).toMatchObject({ status: 200 });
    expect(await ids('bob')).toEqual([conversationId]);
    expect(await purge(conversationId, 'ada')).toMatchObject({ status: 202 });
    expect(await ids('bob')).toEqual([]);
    await run();
    expect(await kindsNaming(conversationId)).toEqual(['audit', 'purge']);
  });

  it('makes what was scheduled for it fail when it is due', async () => {
    const conversationId = await aGroupOf();
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const made = await done(scheduled, api.scheduled.scheduleMessage, { conversationId, sendAt, ...text('later') });
    await purge(conversationId);
    const reply = await ask(scheduled, api.scheduled.sendScheduledNow, { scheduledId: made['id'] });
    expect(JSON.stringify(reply.body)).toContain('conversation.not_found');
  });
});
