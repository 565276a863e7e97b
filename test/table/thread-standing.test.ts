import { beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '#contract/api.ts';
import { Event } from '#contract/events.ts';
import { messageIdOf } from '#contract/ids.ts';
import { handler } from '#functions/api/threads/threads.lambda.ts';
import { call } from '#test/support/call.ts';
import { someClientId } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { aRoot, as, expectExactThread } from '#test/support/threads.ts';

/** What sockets were told, and whose. */
const told: { audience: unknown; events: Event[] }[] = [];
vi.mock(import('#delivery/announce.ts'), async (original) => {
  const { announce, ...rest } = await original();
  return {
    ...rest,
    announce: (tenantKey, audience, of, events) => {
      told.push({ audience, events: events.map((event) => Event.parse(event)) });
      return announce(tenantKey, audience, of, events);
    },
  };
});

useTable();
useSigningKey();
let crew: string[];
let conversationId: string;
let rootId: string;
let root: number;
beforeEach(async () => {
  ({ crew, conversationId, rootId, root } = await aRoot());
  told.length = 0;
});

const idOf = (seq: number) => messageIdOf(conversationId, seq);
const mine = async (userId: string, id = rootId) => (await as.thread(userId, id)).body['mine'];
const listed = async (userId: string, input: Record<string, unknown> = {}) => {
  const { body } = await as.threads(userId, input);
  return { roots: (body['items'] as { rootId: string }[]).map((item) => item.rootId), next: body['nextCursor'] };
};

describe('a subscription', () => {
  it('comes with taking part: replying, having begun it, being mentioned', async () => {
    expect(await mine(crew[0]!)).toEqual({ subscription: 'none', reason: null, readSeq: 0, unreadCount: 0 });
    await as.reply(crew[1]!, rootId);
    const mentions = { userIds: [crew[2]] };
    const draft = { messageId: rootId, clientId: someClientId(), body: { type: 'text', text: 'and you?' }, mentions };
    await call(handler, api.threads.replyToMessage, draft, { userId: crew[1]! });
    const unread = (reason: string, unreadCount: number) => ({
      subscription: 'following',
      reason,
      readSeq: 0,
      unreadCount,
    });
    expect(await mine(crew[0]!)).toEqual(unread('author', 2));
    expect(await mine(crew[1]!)).toEqual(unread('replied', 0));
    expect(await mine(crew[2]!)).toEqual(unread('mentioned', 2));
    expect(await mine(crew[3]!)).toMatchObject({ subscription: 'none', reason: null });
    for (const [index, count] of [1, 1, 1, 0].entries()) expect((await listed(crew[index]!)).roots).toHaveLength(count);
  });

  it('is one’s own to set: muting lasts, leaving lasts until one takes part again; own devices hear of it', async () => {
    await as.subscribe(crew[0]!, rootId, 'muted');
    await as.reply(crew[1]!, rootId);
    expect(await mine(crew[0]!)).toMatchObject({ subscription: 'muted', reason: 'chosen', unreadCount: 1 });
    await as.reply(crew[0]!, rootId);
    expect(await mine(crew[0]!)).toMatchObject({ subscription: 'muted' });
    expect((await listed(crew[0]!)).roots).toEqual([]);
    told.length = 0;
    const left = await as.subscribe(crew[1]!, idOf(root + 1), 'none');
    expect(left).toMatchObject({ status: 200, body: { rootId, mine: { subscription: 'none', reason: 'chosen' } } });
    expect(told).toEqual([
      {
        audience: [crew[1]],
        events: [{ type: 'thread:updated', conversationId, rootId, mine: left.body['mine'] }],
      },
    ]);
    expect((await listed(crew[1]!)).roots).toEqual([]);
    await as.reply(crew[1]!, rootId);
    expect(await mine(crew[1]!)).toMatchObject({ subscription: 'following', reason: 'replied' });
    // Also what nobody has answered yet can be followed.
    const quiet = await as.say(crew[0]!, conversationId, 'anybody?');
    await as.subscribe(crew[3]!, String(quiet.body['id']), 'following');
    expect((await listed(crew[3]!)).roots).toEqual([quiet.body['id']]);
    await expectExactThread(conversationId, root, crew);
  });
});

describe('a thread’s read marker', () => {
  it('never goes back, never passes the last reply, and is told to own devices only', async () => {
    for (const text of ['one', 'two', 'three']) await as.reply(crew[1]!, rootId, text);
    const at = { status: 200, body: { mine: { readSeq: root + 2, unreadCount: 1 } } };
    expect(await as.read(crew[0]!, rootId, root + 2)).toMatchObject(at);
    expect(told.at(-1)).toMatchObject({
      audience: [crew[0]],
      events: [{ type: 'thread:updated', rootId, mine: { readSeq: root + 2 } }],
    });
    const before = told.length;
    expect(await as.read(crew[0]!, rootId, root + 1)).toMatchObject(at);
    expect(told).toHaveLength(before);
    expect(await as.read(crew[0]!, rootId, root + 4)).toMatchObject({
      status: 400,
      body: { code: 'thread.beyond_last', last: root + 3 },
    });
    await Promise.all([3, 1, 2].map((by) => as.read(crew[0]!, rootId, root + by)));
    expect(await mine(crew[0]!)).toMatchObject({ readSeq: root + 3, unreadCount: 0 });
    await as.remove(crew[1]!, idOf(root + 3));
    await as.reply(crew[2]!, rootId);
    expect(await mine(crew[0]!)).toMatchObject({ unreadCount: 1 });
    await expectExactThread(conversationId, root, crew);
  });
});
