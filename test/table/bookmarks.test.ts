import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import { MOST_BOOKMARKS } from '#contract/bookmarks.ts';
import { partsOfMessageId } from '#contract/ids.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler } from '#functions/api/mine/mine.lambda.ts';
import { handler as participants } from '#functions/api/participants/participants.lambda.ts';
import { putBookmark } from '#table/bookmark.ts';
import { scope } from '#table/entity.ts';
import { OwnCountEntity } from '#table/own.ts';
import { tableName } from '#table/table-name.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aPinnable, say } from '#test/support/pins.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
const tenant = scope('acme');
const sockets = useSockets(tenant);
const { setBookmark, removeBookmark, dropBookmark, listBookmarks } = api.mine;
let users = 0;
/** Each test has a user of its own. */
let me: { userId: string };
let conversationId: string;
let ids: string[];

const mark = (messageId: string, input: object = {}, options: CallOptions = me) =>
  call(handler, setBookmark, { messageId, ...input }, options);
const list = async (input: object = {}) => (await call(handler, listBookmarks, { ...input }, me)).body;
const count = async () => {
  const Key = OwnCountEntity.key(tenant, { userId: me.userId, of: 'bookmarks' });
  return (await documents.get({ TableName: tableName(), Key, ConsistentRead: true })).Item?.['n'];
};

beforeEach(async () => {
  users += 1;
  me = { userId: `user-${users}` };
  conversationId = await aPinnable(['ada', me.userId]);
  ids = [await say(conversationId, 'one'), await say(conversationId, 'two'), await say(conversationId, 'three')];
});

describe('bookmarks', () => {
  it('are listed newest first, page by page, with their messages as they are now', async () => {
    for (const id of ids) expect(await mark(id, { note: `of ${id}` })).toMatchObject({ status: 200 });
    const first = await list({ limit: 2 });
    expect(first).toMatchObject({
      items: [{ messageId: ids[2], note: `of ${ids[2]}`, message: { body: { text: 'three' } } }, { messageId: ids[1] }],
    });
    const second = await list({ limit: 2, cursor: first['nextCursor'] });
    expect(second).toMatchObject({ items: [{ messageId: ids[0], message: { id: ids[0] } }], nextCursor: null });
    expect(await call(handler, listBookmarks, { cursor: first['nextCursor'] }, { userId: 'ada' })).toMatchObject({
      status: 400,
      body: { code: 'request.cursor_invalid' },
    });
  });

  it('are set once, keep their place, take another note, and go', async () => {
    const { body } = await mark(ids[0]!, { note: 'first' });
    await mark(ids[1]!);
    expect(await mark(ids[0]!)).toMatchObject({ body: { note: null, bookmarkedAt: body['bookmarkedAt'] } });
    expect((await list())['items']).toMatchObject([{ messageId: ids[1] }, { messageId: ids[0], note: null }]);
    expect(await count()).toBe(2);
    for (let twice = 0; twice < 2; twice++)
      expect(await call(handler, removeBookmark, { messageId: ids[0]! }, me)).toMatchObject({ status: 200 });
    expect((await list())['items']).toMatchObject([{ messageId: ids[1] }]);
    expect(await count()).toBe(1);
  });

  it('are one however many devices set or take them at once, and the count says so', async () => {
    const id = { ...partsOfMessageId(ids[0]!), userId: me.userId };
    const since = await Promise.all(
      Array.from({ length: 8 }, (_, index) => putBookmark(tenant, id, null, Date.now() + index)),
    );
    expect(new Set(since).size).toBe(1);
    await Promise.all(Array.from({ length: 6 }, (_, index) => mark(ids[index % 2]!, { note: `note ${index}` })));
    expect((await list())['items']).toHaveLength(2);
    expect(await count()).toBe(2);
    await Promise.all(Array.from({ length: 6 }, () => call(handler, removeBookmark, { messageId: ids[0]! }, me)));
    expect(await count()).toBe(1);
  });

  it('are at most five hundred, exactly, whoever is first', async () => {
    await mark(ids[0]!);
    const Item = OwnCountEntity.toItem(tenant, { userId: me.userId, of: 'bookmarks' }, { n: MOST_BOOKMARKS - 1 });
    await documents.put({ TableName: tableName(), Item });
    const replies = await Promise.all([mark(ids[1]!), mark(ids[2]!)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(replies.find(({ status }) => status === 409)).toMatchObject({
      body: { code: 'bookmark.too_many', most: MOST_BOOKMARKS },
    });
    expect(await mark(ids[0]!, { note: 'still' })).toMatchObject({ status: 200 });
  });

  it('are of messages that one may read; one that one may not read any more has no content, and can be dropped', async () => {
    expect(await mark(ids[0]!, {}, { userId: 'mallory' })).toMatchObject({ body: { code: 'message.not_found' } });
    expect(await mark(ids[0]!, {}, { ...me, tenantId: 'globex' })).toMatchObject({ status: 404 });
    await mark(ids[0]!);
    await mark(ids[1]!);
    await call(messages, api.messages.deleteMessage, { messageId: ids[1]! });
    await call(participants, api.participants.removeParticipant, { conversationId, userId: me.userId });
    expect((await list())['items']).toMatchObject([
      { messageId: ids[1], message: null },
      { messageId: ids[0], message: null },
    ]);
    expect(await call(handler, removeBookmark, { messageId: ids[0]! }, me)).toMatchObject({ status: 404 });
    expect(await call(handler, dropBookmark, { bookmarkId: ids[0]! }, me)).toMatchObject({ status: 200 });
    expect((await list())['items']).toHaveLength(1);
  });

  it('are told to one’s own devices alone', async () => {
    await sockets.connect(me.userId);
    await sockets.connect('ada');
    sockets.posts.length = 0;
    await mark(ids[0]!, { note: 'mine' });
    await call(handler, removeBookmark, { messageId: ids[0]! }, me);
    const heard = sockets.posts.flatMap(({ socket, frame }) => frame.events.map((event) => ({ socket, event })));
    expect(heard).toMatchObject([
      { socket: `${me.userId}=`, event: { type: 'bookmark:added', bookmark: { messageId: ids[0], note: 'mine' } } },
      { socket: `${me.userId}=`, event: { type: 'bookmark:removed', messageId: ids[0] } },
    ]);
  });
});
