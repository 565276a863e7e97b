import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect } from 'vitest';
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
import { handler as settings } from '#functions/api/settings/settings.lambda.ts';
import { handler as threads } from '#functions/api/threads/threads.lambda.ts';
import { purgeDue, SETTLED_MS } from '#functions/jobs/purge-due.ts';
import { type Item, scope } from '#table/entity.ts';
import { tableName } from '#table/table-name.ts';
import { emulatorEndpoint } from '#test/support/aws-env.ts';
import { type CallOptions, call, type RestHandler } from '#test/support/call.ts';
import { someClientId } from '#test/support/conversations.ts';
import { readyMedia } from '#test/support/media.ts';
import { useSockets } from '#test/support/sockets.ts';

let tenants = 0;
let tenantId: string;
export const actIn = (id: string): void => {
  tenantId = id;
};
export const tenant = () => scope(tenantId);
export const sockets = useSockets(scope('purge-sockets'));

export const text = (said: string) => ({ body: { type: 'text', text: said } });
/** What somebody does; everything that is done here has to go well, unless it is looked at. */
export const ask = (handler: RestHandler, route: Route, input: object, userId = 'ada', options: CallOptions = {}) =>
  call(handler, route, input as Record<string, unknown>, { tenantId, userId, ...options });
export const done = async (...asked: Parameters<typeof ask>) => {
  const reply = await ask(...asked);
  expect(reply.status, JSON.stringify(reply.body)).toBeLessThan(300);
  return reply.body;
};
export const create = async (input: object, userId = 'ada') =>
  String((await done(conversations, api.conversations.createConversation, input, userId))['id']);
export const aGroupOf = () => create({ type: 'group', name: 'Engines', participants: ['bob', 'cleo'] });
export const purge = (conversationId: string, userId = 'ada', options: CallOptions = {}, confirm = conversationId) =>
  ask(settings, api.settings.purgeConversation, { conversationId, confirm }, userId, options);

/** The job, started so long after now that all that was purged is due, with time for some looks at the clock. */
export const run = (looks = 1_000_000) => {
  let left = looks;
  const start = Date.now() + SETTLED_MS + 1_000;
  return purgeDue({ now: () => (left-- > 0 ? start : start + 60_000), until: start + 45_000 });
};

/** Everything in the table that names a conversation, in its key or inside. */
export async function itemsNaming(conversationId: string): Promise<Item[]> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: emulatorEndpoint() }));
  const found: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName(), ConsistentRead: true }))
    found.push(...Items.filter((item) => JSON.stringify(item).includes(conversationId.slice(4))));
  client.destroy();
  return found;
}
export const kindsNaming = async (conversationId: string) =>
  [...new Set((await itemsNaming(conversationId)).map(({ ty }) => String(ty)))].sort();

/** A group in which all has happened that leaves something behind. */
export async function aFullGroup() {
  const conversationId = await aGroupOf();
  const send = async (input: object, userId = 'ada') =>
    String((await done(messages, api.messages.sendMessage, { conversationId, ...input }, userId))['id']);
  const messageId = await send(text('first'));
  const [mediaId, avatarId] = [await readyMedia(tenant()), await readyMedia(tenant())];
  await send({ body: { type: 'image', mediaId }, clientId: someClientId() });
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

export const ids = async (userId: string) =>
  ((await done(conversations, api.conversations.listConversations, {}, userId))['items'] as { id: string }[]).map(
    ({ id }) => id,
  );

beforeEach(async () => {
  // What another test left.
  await run();
  tenantId = `purge-${tenants++}`;
  sockets.posts.length = 0;
});
