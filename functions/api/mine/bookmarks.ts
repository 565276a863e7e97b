import type { dropBookmark, listBookmarks, removeBookmark, setBookmark } from '#contract/bookmarks.ts';
import { messageIdOf, partsOfMessageId } from '#contract/ids.ts';
import { tellOwn } from '#delivery/tell-own.ts';
import { Refusal } from '#domain/refusal.ts';
import { signingKey } from '#gateways/signing-key.ts';
import type { Caller } from '#runtime/caller.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { deleteBookmark, listBookmarked, putBookmark } from '#table/bookmark.ts';
import { readableMessages } from '#table/readable-messages.ts';
import { findVisible } from '#table/visible-message.ts';

/** Bookmarks a message that the caller may read; only their own devices hear of it. */
export const handleSetBookmark: Handle<typeof setBookmark> = async ({ messageId, note }, { caller, at: now }) => {
  const { tenant, userId } = caller;
  const message = partsOfMessageId(messageId);
  if (!(await findVisible(tenant, message, userId, now))) throw new Refusal('message.not_found');
  const at = await putBookmark(tenant, { ...message, userId }, note, now);
  const bookmark = { messageId, note, bookmarkedAt: new Date(at).toISOString() };
  await tellOwn(tenant, userId, { type: 'bookmark:added', bookmark });
  return { body: bookmark };
};

const remove = async ({ tenant, userId }: Caller, messageId: string) => {
  if (await deleteBookmark(tenant, { ...partsOfMessageId(messageId), userId }))
    await tellOwn(tenant, userId, { type: 'bookmark:removed', messageId });
  return { body: { messageId } };
};

export const handleRemoveBookmark: Handle<typeof removeBookmark> = async ({ messageId }, { caller, at }) => {
  if (!(await findVisible(caller.tenant, partsOfMessageId(messageId), caller.userId, at)))
    throw new Refusal('message.not_found');
  return remove(caller, messageId);
};

export const handleDropBookmark: Handle<typeof dropBookmark> = ({ bookmarkId }, { caller }) =>
  remove(caller, bookmarkId);

/** The caller's bookmarks. Each message is read again: one that they may not read now is shown without content. */
export const handleListBookmarks: Handle<typeof listBookmarks> = async ({ limit, cursor }, { caller, at: now }) => {
  const { tenant, userId } = caller;
  const key = await signingKey('cursor');
  const list = `bookmarks\n${tenant}\n${userId}`;
  const before = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const { bookmarks, next } = await listBookmarked(tenant, userId, { before, limit });
  const messages = await readableMessages(tenant, userId, bookmarks, now);
  return {
    body: {
      items: bookmarks.map(({ conversationId, seq, at, note = null }, index) => ({
        messageId: messageIdOf(conversationId, seq),
        note,
        bookmarkedAt: new Date(at).toISOString(),
        message: messages[index] ?? null,
      })),
      nextCursor: next === undefined ? null : cursorFor(key, list, [next]),
    },
  };
};
