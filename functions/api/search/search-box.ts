import type {
  searchAll,
  searchConversations,
  searchMedia as searchMediaRoute,
  searchUsers,
} from '#contract/search-box.ts';
import type { ConversationPlace } from '#domain/search/conversation-rank.ts';
import type { MediaPosition } from '#gateways/search/media-search.ts';
import type { NamePosition } from '#gateways/search/name-search.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { whereAnswered } from '#searching/answered.ts';
import { answering } from '#searching/answering.ts';
import { findConversations } from '#searching/find-conversations.ts';
import { findMedia, type MediaPlace } from '#searching/find-media.ts';
import { findMessages } from '#searching/find-messages.ts';
import { findUsersByName } from '#searching/find-users.ts';
import { freshnessOf } from '#searching/freshness.ts';
import { permitSearch } from '#searching/permit.ts';
import { recentScopeOf } from '#searching/recent-scope.ts';
import { scopeOf } from '#searching/scope.ts';
import { tenantIdOf } from '#table/entity.ts';
import { indexState } from '#table/search-index.ts';

type Position = readonly (string | number)[];

/** Cursors of one search of one caller. */
async function cursorsOf(...list: readonly unknown[]) {
  const key = await signingKey('cursor');
  const name = JSON.stringify(list);
  return {
    at: (cursor: string | undefined) => (cursor === undefined ? undefined : positionOf(key, name, cursor)),
    for: (position: Position | undefined) => (position ? cursorFor(key, name, position) : null),
  };
}

const matchedIn = (text: unknown): 'exact' | 'similar' => (text === 'similar' ? 'similar' : 'exact');

export const handleSearchConversations: Handle<typeof searchConversations> = async (
  { q, limit, cursor },
  { caller, requestId, at },
) => {
  const { tenant, userId } = caller;
  const cursors = await cursorsOf('conversations', tenant, userId, q);
  const after = cursors.at(cursor) as ConversationPlace | undefined;
  const headers = await permitSearch(caller, 'searches', at);
  const { next, ...found } = await answering(requestId, async () =>
    findConversations(caller, { q, limit, after }, await scopeOf(tenant, userId, at), at),
  );
  return { body: { ...found, nextCursor: cursors.for(next) }, headers };
};

export const handleSearchUsers: Handle<typeof searchUsers> = async (
  { q, limit, cursor },
  { caller, requestId, at },
) => {
  const { tenant, userId } = caller;
  const cursors = await cursorsOf('users', tenant, userId, q);
  const place = cursors.at(cursor);
  const after = place && { matched: matchedIn(place[0]), position: place.slice(1) as unknown as NamePosition };
  const headers = await permitSearch(caller, 'searches', at);
  const { next, ...found } = await answering(requestId, () => findUsersByName(tenant, { q, limit, after }, at));
  return { body: { ...found, nextCursor: cursors.for(next && [found.matched, ...next]) }, headers };
};

const mediaPlaceOf = (place: Position | undefined): MediaPlace | undefined =>
  place && {
    matched: matchedIn(place[0]),
    skip: Number(place[1]),
    after: place.length > 2 ? (place.slice(2) as unknown as MediaPosition) : undefined,
  };

export const handleSearchMedia: Handle<typeof searchMediaRoute> = async (
  { q, limit, cursor, timeZone, ...wish },
  { caller, requestId, at },
) => {
  const { tenant, userId } = caller;
  const cursors = await cursorsOf('media', tenant, userId, q ?? null, timeZone, wish);
  const from = mediaPlaceOf(cursors.at(cursor));
  const headers = await permitSearch(caller, 'searches', at);
  const body = await answering(requestId, async () => {
    const [scope, { live }] = await Promise.all([scopeOf(tenant, userId, at), indexState(at)]);
    const [{ items, next, matched, warnings }, { through, ...behind }] = await Promise.all([
      findMedia(caller, { q, wish, timeZone, limit, from }, scope, at),
      freshnessOf(live, tenantIdOf(tenant), scope, at),
    ]);
    return {
      items,
      nextCursor: cursors.for(next && [next.matched, next.skip, ...(next.after ?? [])]),
      matched,
      warnings: [...warnings],
      freshness: { through: new Date(through).toISOString(), ...behind },
    };
  });
  return { body, headers };
};

/** All searches side by side: what the engine does not answer is named, and the rest is told. */
export const handleSearchAll: Handle<typeof searchAll> = async ({ q, timeZone, limit }, { caller, requestId, at }) => {
  const headers = await permitSearch(caller, 'searches', at);
  const body = await answering(requestId, async () => {
    const scope = await recentScopeOf(caller, at);
    const [messages, conversations, users, media] = await Promise.all([
      whereAnswered(() => findMessages(caller, { q, match: 'auto', sort: 'newest', timeZone, limit }, at)),
      findConversations(caller, { q, limit }, scope, at),
      findUsersByName(caller.tenant, { q, limit }, at),
      whereAnswered(() => findMedia(caller, { q, wish: {}, timeZone, limit }, scope, at)),
    ]);
    const kinds = ['messages', 'conversations', 'users', 'media'] as const;
    const further = [messages?.nextCursor ?? undefined, conversations.next, users.next, media?.next];
    const missing = [!messages, conversations.unavailable.length > 0, users.unavailable.length > 0, !media];
    return {
      messages: messages?.items ?? [],
      conversations: conversations.items,
      users: users.items,
      media: media?.items ?? [],
      more: kinds.filter((_, index) => further[index] !== undefined),
      unavailable: kinds.filter((_, index) => missing[index]),
      warnings: [...(messages?.warnings ?? [])],
    };
  });
  return { body, headers };
};
