import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import type { Route } from '#contract/route.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as invitations } from '#functions/api/invitations/invitations.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as mine } from '#functions/api/mine/mine.lambda.ts';
import { handler as participants } from '#functions/api/participants/participants.lambda.ts';
import { handler as receipts } from '#functions/api/receipts/receipts.lambda.ts';
import { handler as retention } from '#functions/api/retention/retention.lambda.ts';
import { handler as settings } from '#functions/api/settings/settings.lambda.ts';
import { purgeDue, SETTLED_MS } from '#functions/jobs/purge-due.ts';
import { listAudits } from '#table/audit.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { MessageEntity } from '#table/message.ts';
import { listDuePurges, takePurge } from '#table/purge.ts';
import { tableName } from '#table/table-name.ts';
import type { RestHandler } from '#test/support/call.ts';
import {
  actIn,
  aFullGroup,
  aGroupOf,
  ask,
  done,
  ids,
  itemsNaming,
  kindsNaming,
  purge,
  run,
  sockets,
  tenant,
  text,
} from '#test/support/purge-world.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

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
    actIn('purge-sockets');
    const conversationId = await aGroupOf();
    await sockets.connect('cleo');
    sockets.posts.length = 0;
    await purge(conversationId);
    const events = sockets.posts.flatMap(({ frame }) => frame.events);
    expect(events).toEqual([{ type: 'conversation:purged', conversationId, seq: 1 }]);
    await run();
  });
});
