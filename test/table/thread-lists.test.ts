import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import { handler as participants } from '#functions/api/participants/participants.lambda.ts';
import { handler as receipts } from '#functions/api/receipts/receipts.lambda.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { call } from '#test/support/call.ts';
import { aGroup } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { aRoot, as, tenant } from '#test/support/threads.ts';

useTable();
useSigningKey();
let crew: string[];
let conversationId: string;
let rootId: string;
let root: number;
beforeEach(async () => {
  ({ crew, conversationId, rootId, root } = await aRoot());
});

const idOf = (seq: number) => messageIdOf(conversationId, seq);
const mine = async (userId: string, id = rootId) => (await as.thread(userId, id)).body['mine'];
const listed = async (userId: string, input: Record<string, unknown> = {}) => {
  const { body } = await as.threads(userId, input);
  return { roots: (body['items'] as { rootId: string }[]).map((item) => item.rootId), next: body['nextCursor'] };
};
const textsOf = ({ body }: { body: Readonly<Record<string, unknown>> }) =>
  (body['items'] as { body: { text: string } }[]).map((item) => item.body.text);

describe('the replies of a message', () => {
  /** root ┬ 1 ┬ 2 ─ 4, ├ 3, └ 5 (under 1 again). */
  beforeEach(async () => {
    await as.reply(crew[1]!, rootId, 'one');
    await as.reply(crew[2]!, idOf(root + 1), 'one a');
    await as.reply(crew[1]!, rootId, 'two');
    await as.reply(crew[3]!, idOf(root + 2), 'one a x');
    await as.reply(crew[2]!, idOf(root + 1), 'one b');
  });

  it('are read in order from either end, page by page', async () => {
    const first = await as.list(crew[0]!, { messageId: rootId, limit: 3 });
    expect(textsOf(first)).toEqual(['one', 'one a', 'two']);
    const rest = await as.list(crew[0]!, { messageId: rootId, limit: 3, cursor: first.body['nextCursor'] });
    expect(textsOf(rest)).toEqual(['one a x', 'one b']);
    expect(rest.body).toMatchObject({ nextCursor: null, truncated: [] });
    const back = await as.list(crew[0]!, { messageId: rootId, order: 'newest', limit: 2 });
    expect(textsOf(back)).toEqual(['one b', 'one a x']);
    const cursor = back.body['nextCursor'];
    expect(textsOf(await as.list(crew[0]!, { messageId: rootId, cursor }))).toEqual(['two', 'one a', 'one']);
    expect(await as.list(crew[1]!, { messageId: rootId, cursor })).toMatchObject({ status: 400 });
    expect(await as.list(crew[0]!, { messageId: idOf(root + 1), cursor })).toMatchObject({ status: 400 });
  });

  it('are those below it, where it is a reply itself', async () => {
    expect(textsOf(await as.list(crew[0]!, { messageId: idOf(root + 1) }))).toEqual(['one a', 'one a x', 'one b']);
    expect(textsOf(await as.list(crew[0]!, { messageId: idOf(root + 2) }))).toEqual(['one a x']);
    expect(textsOf(await as.list(crew[0]!, { messageId: idOf(root + 4) }))).toEqual([]);
    const newest = await as.list(crew[0]!, { messageId: idOf(root + 1), order: 'newest', limit: 2 });
    expect(textsOf(newest)).toEqual(['one b', 'one a x']);
  });

  it('are a tree, by direct replies, each followed by what lies below it', async () => {
    const whole = await as.list(crew[0]!, { messageId: rootId, view: 'tree' });
    expect(textsOf(whole)).toEqual(['one', 'one a', 'one a x', 'one b', 'two']);
    const first = await as.list(crew[0]!, { messageId: rootId, view: 'tree', limit: 1 });
    expect(textsOf(first)).toEqual(['one', 'one a', 'one a x', 'one b']);
    const cursor = first.body['nextCursor'];
    const second = await as.list(crew[0]!, { messageId: rootId, view: 'tree', limit: 1, cursor });
    expect(textsOf(second)).toEqual(['two']);
    expect(second.body['nextCursor']).toBeNull();
    expect(await as.list(crew[0]!, { messageId: rootId, cursor })).toMatchObject({ status: 400 });
    const below = await as.list(crew[0]!, { messageId: idOf(root + 1), view: 'tree' });
    expect(textsOf(below)).toEqual(['one a', 'one a x', 'one b']);
  });

  it('stop before a number that is not settled, and go on when it is', async () => {
    const log = logOf(tenant, conversationId);
    const taken = await log.take(
      { key: 'young-hole', at: Date.now(), preview: { by: crew[3]!, type: 'text', text: '' } },
      { generationAtMost: 9 },
    );
    if (!taken.ok) throw new Error('no number');
    await as.reply(crew[1]!, rootId, 'beyond');
    const held = await as.list(crew[0]!, { messageId: rootId });
    expect(textsOf(held)).toEqual(['one', 'one a', 'two', 'one a x', 'one b']);
    await log.void(taken.seq, Date.now());
    const cursor = held.body['nextCursor'];
    expect(textsOf(await as.list(crew[0]!, { messageId: rootId, cursor }))).toEqual(['beyond']);
  });

  it('have their authors listed, page by page', async () => {
    const first = await as.participants(crew[0]!, { messageId: rootId, limit: 2 });
    expect(first.body['items']).toEqual([{ userId: crew[1] }, { userId: crew[2] }]);
    const cursor = first.body['nextCursor'];
    const rest = await as.participants(crew[0]!, { messageId: rootId, limit: 2, cursor });
    expect(rest.body).toEqual({ items: [{ userId: crew[3] }], nextCursor: null });
    expect((await as.thread(crew[0]!, idOf(root + 4))).body).toMatchObject({
      rootId,
      lastReply: { body: { text: 'one b' } },
      summary: { replyCount: 5, participantCount: 3 },
    });
  });
});

describe('what one has hidden from oneself', () => {
  const hide = (messageId: string) => call(receipts, api.receipts.hideMessage, { messageId }, { userId: crew[0]! });

  it('is neither listed nor unread, and with the root goes the thread; for oneself alone', async () => {
    for (const text of ['one', 'two', 'three']) await as.reply(crew[1]!, rootId, text);
    await hide(idOf(root + 2));
    expect(textsOf(await as.list(crew[0]!, { messageId: rootId }))).toEqual(['one', 'three']);
    expect(textsOf(await as.list(crew[0]!, { messageId: rootId, view: 'tree' }))).toEqual(['one', 'three']);
    expect(await mine(crew[0]!)).toMatchObject({ unreadCount: 2 });
    expect(textsOf(await as.list(crew[2]!, { messageId: rootId }))).toEqual(['one', 'two', 'three']);
    await hide(idOf(root + 3));
    expect((await as.thread(crew[0]!, rootId)).body['lastReply']).toBeNull();
    expect((await listed(crew[0]!)).roots).toEqual([rootId]);
    await hide(rootId);
    expect((await listed(crew[0]!)).roots).toEqual([]);
    expect(await as.thread(crew[0]!, idOf(root + 1))).toMatchObject({ status: 404 });
    expect((await listed(crew[1]!)).roots).toEqual([rootId]);
  });
});

describe('the list of threads', () => {
  it('goes by activity over all conversations, with the root and what is unread, and its cursor holds', async () => {
    const [ada, bob] = [crew[0]!, crew[1]!];
    const other = await aGroup(tenant, crew);
    const roots = [rootId];
    for (const place of [other, conversationId, other])
      roots.push(String((await as.say(ada, place, `root ${roots.length}`)).body['id']));
    const first = Number((await as.reply(bob, rootId)).body['seq']);
    for (const id of roots.slice(1)) await as.reply(bob, id);
    expect((await listed(ada)).roots).toEqual(roots.toReversed());
    const page = await listed(ada, { limit: 2 });
    expect(page.roots).toEqual([roots[3], roots[2]]);
    // Ada reads the oldest and it moves up with the next reply; the pages that are left do not move.
    await as.read(ada, rootId, first);
    await as.reply(bob, rootId);
    expect((await listed(ada, { limit: 2, cursor: page.next })).roots).toEqual([roots[1]]);
    const { body } = await as.threads(ada);
    expect(body['items']).toMatchObject([
      { rootId, root: { body: { text: 'shall we?' } }, summary: { replyCount: 2 }, mine: { unreadCount: 1 } },
      { rootId: roots[3], mine: { unreadCount: 1, subscription: 'following' } },
      { rootId: roots[2] },
      { rootId: roots[1] },
    ]);
    // Not read since it moved: it stays where it is.
    await as.reply(bob, roots[2]!);
    await as.reply(bob, rootId);
    expect((await listed(ada)).roots[0]).toBe(roots[2]);
    expect(await as.threads(bob, { cursor: page.next })).toMatchObject({ status: 400 });
  });

  it('leaves out conversations one is in no more', async () => {
    await as.reply(crew[1]!, rootId);
    expect((await listed(crew[1]!)).roots).toEqual([rootId]);
    const leave = { conversationId, userId: crew[1]! };
    await call(participants, api.participants.removeParticipant, leave, { userId: crew[0]! });
    expect((await listed(crew[1]!)).roots).toEqual([]);
    expect((await listed(crew[0]!)).roots).toEqual([rootId]);
  });
});
