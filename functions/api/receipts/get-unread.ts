import type { getUnread } from '#contract/receipts.ts';
import { settingsAt } from '#domain/my-settings.ts';
import type { Handle } from '#runtime/service.ts';
import { allMemberships, headsOf } from '#table/conversation-list.ts';
import { countUnreadIn, NOTHING } from '#table/unread.ts';

/** Conversations whose heads and markers are read at once. */
const AT_ONCE = 100;

/** The sum of what lists show one by one. A conversation that is marked as unread by hand counts as one, and no message. */
export const handleGetUnread: Handle<typeof getUnread> = async (wanted, { caller: { tenant, userId }, at }) => {
  const members = await allMemberships(tenant, userId);
  const total = { unreadCount: 0, mentionCount: 0, conversationCount: 0 };
  for (let from = 0; from < members.length; from += AT_ONCE) {
    const some = members.slice(from, from + AT_ONCE);
    const heads = await headsOf(
      tenant,
      some.map(({ conversationId }) => conversationId),
    );
    const found = some.flatMap((member) => {
      const head = heads.get(member.conversationId);
      const mine = settingsAt(member.mine, at);
      if (!head || mine.hidden || (mine.muted && !wanted.muted)) return [];
      const archived = mine.archived || head.archivedAt !== undefined;
      return archived && !wanted.archived ? [] : [{ member, head, markedUnread: mine.markedUnread }];
    });
    const counts = await countUnreadIn(tenant, userId, found, at);
    for (const { member, markedUnread } of found) {
      const { unread, mentions } = counts.get(member.conversationId) ?? NOTHING;
      total.unreadCount += unread;
      total.mentionCount += mentions;
      if (unread > 0 || markedUnread) total.conversationCount += 1;
    }
  }
  return { body: total };
};
