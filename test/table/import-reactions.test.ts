import { expect, it, vi } from 'vitest';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as reactions } from '#functions/api/reactions/reactions.lambda.ts';
import { conversationIdOfImport } from '#table/import.ts';
import { call } from '#test/support/call.ts';
import { newImportId, send, start, tenant, text, texts } from '#test/support/imports.ts';
import { useTable } from '#test/support/table.ts';

vi.mock('#gateways/signing-key.ts', () => ({ signingKey: async () => Buffer.alloc(32, 7) }));
useTable();

const as = (userId: string) => ({ tenantId: 'acme', userId });

it('brings participants in as what they were, and guests into channels only', async () => {
  const importId = newImportId();
  const participants = [{ userId: 'bob', role: 'admin' }, 'cleo', { userId: 'dan', role: 'guest' }];
  expect(await start(importId, { participants })).toMatchObject({
    status: 409,
    body: { code: 'participant.role_unsupported' },
  });
  expect((await start(importId, { type: 'channel', participants })).status).toBe(201);
  expect((await start(importId, { type: 'channel', participants: [...participants].reverse() })).status).toBe(200);
  const promoted = [...participants.slice(0, 2), { userId: 'dan', role: 'member' }];
  expect((await start(importId, { type: 'channel', participants: promoted })).status).toBe(409);
  const conversationId = conversationIdOfImport(tenant, importId);
  const { body } = await call(conversations, api.conversations.listParticipants, { conversationId }, as('bob'));
  expect((body['items'] as { userId: string; role: string }[]).map(({ userId, role }) => [userId, role])).toEqual([
    ['ada', 'owner'],
    ['bob', 'admin'],
    ['cleo', 'member'],
    ['dan', 'guest'],
  ]);
});

it('counts reactions as if they had been made here: one spelling, each user once, and theirs to take back', async () => {
  const importId = newImportId();
  await start(importId);
  const said = {
    ...text('hello'),
    reactions: [
      { emoji: '❤', userIds: ['bob', 'cleo', 'bob'] },
      { emoji: '❤️', userIds: ['ada'] },
      { emoji: '👍', userIds: ['bob'] },
    ],
  };
  expect((await send(importId, 0, [said, text('and?')])).body).toMatchObject({ firstSeq: 1, lastSeq: 2 });
  expect((await send(importId, 0, [said, text('and?')])).status).toBe(200);
  expect((await send(importId, 0, [text('hello'), text('and?')])).status).toBe(409);

  const messageId = messageIdOf(conversationIdOfImport(tenant, importId), 1);
  const shown = async () =>
    (await call(messages, api.messages.getMessage, { messageId }, as('bob'))).body['reactions'] as object[];
  expect(await shown()).toEqual([
    { emoji: '❤️', count: 3, users: ['bob', 'cleo', 'ada'] },
    { emoji: '👍', count: 1, users: ['bob'] },
  ]);
  const { body } = await call(reactions, api.reactions.listReactions, { messageId }, as('bob'));
  expect(body['items']).toHaveLength(4);
  await call(reactions, api.reactions.addReaction, { messageId, emoji: '❤️' }, as('bob'));
  await call(reactions, api.reactions.removeReaction, { messageId, emoji: '👍' }, as('bob'));
  expect(await shown()).toEqual([{ emoji: '❤️', count: 3, users: ['bob', 'cleo', 'ada'] }]);
});

it('refuses what is no emoji, and more messages and reactions than one transaction takes, storing nothing', async () => {
  const importId = newImportId();
  await start(importId);
  const with_ = (emoji: string, count: number) => ({
    ...text('hello'),
    reactions: [{ emoji, userIds: Array.from({ length: count }, (_, index) => `u${index}`) }],
  });
  for (const batch of [[with_('a', 1)], [with_('👍', 97)], [...texts(1, 50), with_('👍', 47)]])
    expect(await send(importId, 0, batch)).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
  expect((await send(importId, 0, [...texts(1, 49), with_('👍', 47)])).body).toMatchObject({
    firstSeq: 1,
    lastSeq: 50,
  });
});
