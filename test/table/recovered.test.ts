import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { everyRoute } from '#contract/api.ts';
import { Event } from '#contract/events.ts';
import { handler } from '#functions/api/sync/sync.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { type CallOptions, call, type RestHandler } from '#test/support/call.ts';
import { someClientId } from '#test/support/conversations.ts';
import { handlerOf } from '#test/support/handlers.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

/** What the sockets were told of logs. */
const told: Event[] = [];
vi.mock(import('#delivery/announce.ts'), async (original) => {
  const { announce, ...rest } = await original();
  return {
    ...rest,
    announce: async (...given) => {
      told.push(...given[3].map((event) => Event.parse(event)));
      return announce(...given);
    },
  };
});

useTable();
useSigningKey();

const tenant = scope('acme');
const handlers = new Map<string, { handler: RestHandler; route: ReturnType<typeof everyRoute>[number]['route'] }>();
beforeAll(async () => {
  for (const { service, name, route } of everyRoute()) {
    if (['media', 'health', 'imports', 'search'].includes(service)) continue;
    handlers.set(name, { handler: await handlerOf(service), route });
  }
});
beforeEach(() => {
  told.length = 0;
});

/** Does something as a user; it has to be done. */
const act = async (operation: string, input: Record<string, unknown>, userId = 'ada', options: CallOptions = {}) => {
  const { handler: handle, route } = handlers.get(operation)!;
  const { status, body } = await call(handle, route, input, { userId, ...options });
  expect([operation, status, status < 300 || body]).toEqual([operation, status, true]);
  return body as { id: string };
};

const ofLogs = () =>
  told.filter((event): event is Event & { seq: number } => 'seq' in event && event.seq !== undefined);
const recovered = async (conversationId: string, after: number, userId = 'ada') => {
  const input = { conversationId, after, limit: 500 };
  return (await call(handler, handlers.get('listEvents')!.route, input, { userId })).body as {
    events: (Event & { seq: number })[];
    seq: number;
  };
};

it('what sockets heard is what the log tells later, for everything that happens in a conversation', async () => {
  const { id: conversationId } = await act('createConversation', {
    ...{ type: 'group', name: 'Engines', participants: ['bob', 'cleo'] },
  });
  const steps: string[] = [];
  let seq = 0;
  /** After each step: the same events, to the letter. */
  const same = async (step: string) => {
    const heard = ofLogs().filter((event) => event.seq > seq);
    const { events, seq: now } = await recovered(conversationId, seq);
    expect([step, events]).toEqual([step, heard]);
    expect([step, events.length > 0]).toEqual([step, true]);
    steps.push(...events.map(({ type }) => type));
    seq = now;
  };
  const does = async (...given: Parameters<typeof act>) => {
    const body = await act(...given);
    await same(given[0]);
    return body;
  };
  await same('createConversation');
  const text = (words: string) => ({ body: { type: 'text', text: words }, clientId: someClientId() });
  const { id: messageId } = await does('sendMessage', {
    conversationId,
    ...text('first'),
    mentions: { userIds: ['bob'] },
  });
  const { id: other } = await does('sendMessage', { conversationId, ...text('second'), replyTo: messageId }, 'bob');
  await does('forwardMessage', { messageId: other, targets: [{ conversationId, clientId: someClientId() }] });
  const { id: reply } = await does('replyToMessage', { messageId, ...text('in a thread') }, 'bob');
  await does('replyToMessage', { messageId: reply, ...text('deeper') });
  await does('editMessage', { messageId, version: 1, body: { type: 'text', text: 'first, edited' } });
  await does('addReaction', { messageId, emoji: '👍' }, 'bob');
  await does('addReaction', { messageId, emoji: '🎉' }, 'bob');
  await does('removeReaction', { messageId, emoji: encodeURIComponent('👍') }, 'bob');
  await does('addReaction', { messageId, emoji: '👍' });
  await does('pinMessage', { messageId });
  await does('pinMessage', { messageId: other });
  await does('orderPins', { conversationId, version: seq, messageIds: [messageId] });
  await does('unpinMessage', { messageId: other });
  await does('deleteMessage', { messageId: reply }, 'bob');
  await does('restoreMessage', { messageId: reply }, 'bob');
  await does('deleteMessage', { messageId });
  await does('restoreMessage', { messageId });
  await does('removeReactions', { messageId });
  await does('updateConversation', { conversationId, version: 1, name: 'Looms', description: 'and engines' });
  await does('updateSettings', { conversationId, version: 2, slowModeSeconds: 1 });
  await does('revertSettings', { conversationId, version: 1 }, 'ada', { headers: { 'If-Match': '"3"' } });
  await does('addParticipants', { conversationId, userIds: ['dora', 'eve'] });
  await does('changeRole', { conversationId, userId: 'bob', role: 'admin' });
  await does('removeParticipant', { conversationId, userId: 'dora' });
  await does('removeParticipants', { conversationId, userIds: 'eve' });
  await does('banParticipant', { conversationId, userId: 'cleo', reason: 'Spam.' });
  await does('unbanParticipant', { conversationId, userId: 'cleo' });
  await does('offerOwnership', { conversationId, userId: 'bob', stepDown: false });
  await does('withdrawOwnership', { conversationId, userId: 'bob' });
  await does('offerOwnership', { conversationId, userId: 'bob', stepDown: true });
  await does('acceptOwnership', { conversationId }, 'bob');
  await does('archiveConversation', { conversationId }, 'bob');
  await does('restoreConversation', { conversationId }, 'bob');
  await act('addParticipants', { conversationId, userIds: ['frank'] }, 'bob');
  await act('leaveConversation', { conversationId }, 'frank');
  await same('leaveConversation');

  // Whatever has a number can be recovered: an event that this test does not see is one that nobody looked at.
  const numbered = Event.options
    .filter(({ shape }) => 'seq' in shape)
    .map(({ shape }) => shape.type.value)
    .filter((type) => !/^(?:sync:|receipts$|conversation:purged$)/.test(type));
  expect([...new Set(steps)].sort()).toEqual([...new Set(numbered)].sort());

  // All at once: the same events with the same numbers; of messages their state now.
  const heard = ofLogs().toSorted((a, b) => a.seq - b.seq);
  const { events, seq: end } = await recovered(conversationId, 0);
  expect(end).toBe((await logOf(tenant, conversationId).head())!.seq);
  const bare = ({ type, seq: number }: Event & { seq: number }) => `${number} ${type}`;
  expect(events.map(bare)).toEqual(heard.map(bare));
  for (const [index, event] of events.entries()) {
    const { message: _, patch: __, summary: ___, ...rest } = event as unknown as Record<string, unknown>;
    expect(heard[index]).toMatchObject(rest);
  }
});

it('somebody who joins a channel by themselves is told alike', async () => {
  const { id: conversationId } = await act('createConversation', { type: 'channel', name: 'News', participants: [] });
  await act('joinConversation', { conversationId }, 'bob');
  expect((await recovered(conversationId, 0)).events).toEqual(ofLogs());
});
