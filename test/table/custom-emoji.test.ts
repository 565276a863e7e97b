import { expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as reactions } from '#functions/api/reactions/reactions.lambda.ts';
import { handler as tenants } from '#functions/api/tenant/tenant.lambda.ts';
import { handler as users } from '#functions/api/users/users.lambda.ts';
import { scope } from '#table/entity.ts';
import { mayRead } from '#table/media-link.ts';
import { call } from '#test/support/call.ts';
import { aGroup } from '#test/support/conversations.ts';
import { readyMedia } from '#test/support/media.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const root = (tenantId: string) => ({ tenantId, userId: 'root', roles: ['admin' as const] });
const name = (tenantId: string, version: number, emojis: readonly object[]) =>
  call(tenants, api.tenant.updateTenantSettings, { version, content: { emojis } }, root(tenantId));

it('a tenant’s own emoji is reacted with as long as there is one, and taken back also when there is none', async () => {
  const [tenantId, stranger] = ['weavers', 'dyers'] as const;
  const conversationId = await aGroup(scope(tenantId), ['ada', 'bob']);
  expect((await name(tenantId, 1, [{ name: 'loom' }])).status).toBe(200);
  const as = { tenantId, userId: 'ada' };
  const body = { type: 'text', text: 'woven' };
  const messageId = String((await call(messages, api.messages.sendMessage, { conversationId, body }, as)).body['id']);
  const react = (emoji: string) => call(reactions, api.reactions.addReaction, { messageId, emoji }, as);
  expect((await react(':loom:')).body['reactions']).toEqual([{ emoji: ':loom:', count: 1, users: ['ada'] }]);
  expect(await react(':shuttle:')).toMatchObject({ status: 409, body: { code: 'reaction.emoji_unknown' } });
  for (const text of ['loom', ':Loom:', ':lo om:', '::', ':loom:x', '❤:loom:'])
    expect(await react(text)).toMatchObject({ status: 400, body: { code: 'request.invalid' } });

  const theirs = await aGroup(scope(stranger), ['ada', 'bob']);
  const foreign = { tenantId: stranger, userId: 'ada' };
  const sent = await call(messages, api.messages.sendMessage, { conversationId: theirs, body }, foreign);
  const wish = { messageId: String(sent.body['id']), emoji: ':loom:' };
  expect((await call(reactions, api.reactions.addReaction, wish, foreign)).status).toBe(409);

  expect((await name(tenantId, 2, [])).status).toBe(200);
  const back = await call(reactions, api.reactions.removeReaction, { messageId, emoji: ':loom:' }, as);
  expect(back).toMatchObject({ status: 200, body: { reactions: [] } });
});

it('pictures of emojis and of users are the tenant’s to see, and theirs who show them', async () => {
  const tenantId = 'painters';
  const tenant = scope(tenantId);
  const of = (ownerId: string) => readyMedia(tenant, 'image/png', { ownerId });
  const [mine, face, others] = [await of('root'), await of('ada'), await of('bob')];
  expect(await mayRead(tenant, mine, 'zoe')).toBe(false);
  expect(await name(tenantId, 1, [{ name: 'brush', mediaId: others }])).toMatchObject({
    status: 409,
    body: { code: 'tenant.emoji_unusable', mediaId: others },
  });
  expect((await name(tenantId, 1, [{ name: 'brush', mediaId: mine }])).status).toBe(200);
  expect(await mayRead(tenant, mine, 'zoe')).toBe(true);
  expect(await mayRead(scope('elsewhere'), mine, 'zoe')).toBe(false);

  const as = { tenantId, userId: 'ada' };
  const { version } = (await call(users, api.users.getMe, {}, as)).body;
  expect((await call(users, api.users.updateMe, { version, avatarMediaId: face }, as)).status).toBe(200);
  expect(await mayRead(tenant, face, 'zoe')).toBe(true);
});
