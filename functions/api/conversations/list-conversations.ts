import type { listConversations } from '#contract/conversations.ts';
import type { MySettings } from '#contract/member-settings.ts';
import type { Input, Output } from '#contract/route.ts';
import { mergedPlaces } from '#domain/bump.ts';
import { settingsAt } from '#domain/my-settings.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import { count as counted } from '#runtime/metrics.ts';
import type { Handle } from '#runtime/service.ts';
import { activityAtOf, type Head } from '#table/conversation.ts';
import { headsOf, type Listed, listMemberships } from '#table/conversation-list.ts';
import { listPlace } from '#table/member.ts';
import { rulesOf } from '#table/tenant-settings.ts';
import { countUnreadIn, NOTHING } from '#table/unread.ts';
import { toMyConversation } from './my-conversation.ts';

type Filters = Omit<Input<typeof listConversations>, 'limit' | 'cursor'>;
type Item = Output<typeof listConversations>['items'][number];

/** Pages of memberships that a filtered call goes through; then it answers what it has, and where to go on. */
const ROUNDS = 4;

const passes = (wanted: boolean | undefined, is: boolean, otherwise: boolean | undefined): boolean =>
  (wanted ?? otherwise ?? is) === is;

/** Whether a conversation passes all filters but that for unread. Archived and hidden ones have to be asked for. */
const isWanted = (filters: Filters, head: Head, mine: MySettings): boolean =>
  (filters.type === undefined || filters.type === head.type) &&
  passes(filters.archived, mine.archived || head.archivedAt !== undefined, false) &&
  passes(filters.hidden, mine.hidden, false) &&
  passes(filters.muted, mine.muted, undefined) &&
  passes(filters.pinned, mine.pinned, undefined) &&
  (filters.name === undefined || (head.name ?? '').toLowerCase().includes(filters.name.toLowerCase()));

/** A membership with its conversation's head, at its place in the list. */
interface Entry {
  readonly place: string;
  readonly member: Listed;
  readonly head: Head;
}

/**
 * A page of the caller's conversations: one query of the by-user index, one batch of heads, and one of read markers for
 * those in which somebody else wrote last. Large conversations, which no send moves, are merged in by what their heads say.
 */
export const handleListConversations: Handle<typeof listConversations> = async (
  { limit, cursor, ...filters },
  { caller: { tenant, userId }, at },
) => {
  const key = await signingKey('cursor');
  const list = `conversations\n${tenant}\n${userId}\n${JSON.stringify(filters)}`;
  const position = cursor === undefined ? undefined : positionOf(key, list, cursor);
  let before = position && String(position[0]);
  let large: Entry[] | undefined;
  const items: Item[] = [];
  const { retention } = await rulesOf(tenant, at);
  for (let round = 0; round < ROUNDS; round++) {
    const room = limit - items.length;
    const withLarge = large === undefined && position?.[1] === 1;
    const page = await listMemberships(tenant, userId, { before, limit: room, withLarge });
    const heads = await headsOf(
      tenant,
      [...page.memberships.map(({ member }) => member), ...page.large].map((member) => member.conversationId),
    );
    large ??= page.large.flatMap((member) => {
      const head = heads.get(member.conversationId);
      return head ? [{ member, head, place: listPlace(activityAtOf(head), member.conversationId) }] : [];
    });
    const merged = mergedPlaces({ items: page.memberships, more: page.more }, large, { before, limit: room });
    const found = merged.items.flatMap((entry): Entry[] => {
      const head = 'head' in entry ? entry.head : heads.get(entry.member.conversationId);
      return head && isWanted(filters, head, settingsAt(entry.member.mine, at)) ? [{ ...entry, head }] : [];
    });
    const unread = await countUnreadIn(tenant, userId, found, at);
    counted('unread', unread.size);
    for (const { member, head } of found) {
      const count = unread.get(member.conversationId) ?? NOTHING;
      const item = toMyConversation(member, head, count, { at, retention });
      const isUnread = item.unreadCount > 0 || (member.mine?.markedUnread ?? false);
      if (passes(filters.unread, isUnread, undefined)) items.push(item);
    }
    before = merged.more ? merged.items.at(-1)?.place : undefined;
    if (before === undefined || items.length >= limit) break;
  }
  const nextCursor = before === undefined ? null : cursorFor(key, list, [before, large?.length ? 1 : 0]);
  return { body: { items, nextCursor } };
};
