import type { Message } from '#contract/messages.ts';
import type { SearchWarning } from '#contract/search.ts';
import type { MediaHit } from '#contract/search-box.ts';
import { isServable, kindOf } from '#domain/media.ts';
import { highlight } from '#domain/search/highlight.ts';
import { parse } from '#domain/search/parse.ts';
import { resolve } from '#domain/search/resolve.ts';
import { textsOf } from '#domain/search/texts.ts';
import type { Query } from '#domain/search/tree.ts';
import type { Match } from '#gateways/search/compile.ts';
import { type MediaPosition, type MediaWish, type Showing, searchShowing } from '#gateways/search/media-search.ts';
import type { Caller } from '#runtime/caller.ts';
import { batchGet } from '#table/batch-get.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { MediaEntity, type StoredMedia, toMedia } from '#table/media.ts';
import { blocksAmong } from '#table/notifiable.ts';
import { readableMessages } from '#table/readable-messages.ts';
import { type Generation, indexState } from '#table/search-index.ts';
import { namesFor } from './names.ts';
import { peopleNamed } from './people.ts';
import type { Scope } from './scope.ts';

/** Rounds of asking for more when hits were dropped; after that the page goes out short, with a cursor. */
const ROUNDS = 5;

/** Where a page ended: after a message, and so many media of the next one. */
export interface MediaPlace {
  readonly matched: Match;
  readonly after: MediaPosition | undefined;
  readonly skip: number;
}

export interface MediaAsk {
  readonly q?: string | undefined;
  readonly wish: MediaWish;
  readonly timeZone: string;
  readonly limit: number;
  readonly from?: MediaPlace | undefined;
}

export interface MediaFound {
  readonly items: MediaHit[];
  readonly next: MediaPlace | undefined;
  readonly matched: Match;
  readonly warnings: readonly SearchWarning[];
}

interface Search {
  readonly caller: Caller;
  readonly generation: Generation;
  readonly scope: Scope;
  readonly query: Query;
  readonly wish: MediaWish;
  readonly limit: number;
  readonly at: number;
}

/** The media of a message: its body's and its attachments. */
const mediaOf = ({ body, attachments }: Message): string[] => [
  ...new Set([...('mediaId' in body ? [body.mediaId] : []), ...attachments]),
];

const marked = (field: string, text: string, query: Query, match: Match) => {
  const found = highlight(text, query, match);
  return found.offsets.length === 0 ? [] : [{ field, ...found }];
};

const isWished = ({ kind, contentType }: MediaWish, media: StoredMedia): boolean =>
  isServable(media.state) &&
  !media.missing &&
  media.removedAt === undefined &&
  (kind === undefined || kindOf(media.contentType) === kind) &&
  (contentType === undefined || media.contentType === contentType);

async function mediaById(tenant: TenantKey, ids: readonly string[]): Promise<Map<string, StoredMedia>> {
  const keys = ids.map((id) => MediaEntity.key(tenant, id));
  const items = keys.length > 0 ? await batchGet(keys, { consistent: true }) : [];
  return new Map(items.map(MediaEntity.fromItem).map((media) => [media.mediaId, media]));
}

/** What of its media a message shows that is wished for: where one is named as asked for and the text is not, that one. */
function hitsOf(message: Message, media: readonly StoredMedia[], { query, wish }: Search, match: Match): MediaHit[] {
  const inText = textsOf(message.body).flatMap(({ field, text }) => marked(field, text, query, match));
  const wished = media
    .filter((one) => isWished(wish, one))
    .map((one) => ({ one, inName: marked('fileName', one.fileName, query, match) }));
  const named = wished.filter(({ inName }) => inName.length > 0);
  return (named.length > 0 && inText.length === 0 ? named : wished).map(({ one, inName }) => ({
    media: toMedia(one),
    messageId: message.id,
    conversationId: message.conversationId,
    senderId: message.senderId,
    sentAt: message.sentAt ?? message.createdAt,
    highlights: [...inName, ...inText],
  }));
}

/** What the caller may see now of what was found, message by message; nothing of whom they have blocked. */
async function shown(search: Search, found: readonly Showing[], match: Match): Promise<MediaHit[][]> {
  const { tenant, userId } = search.caller;
  const messages = await readableMessages(tenant, userId, found, search.at);
  const readable = messages.filter((message) => message !== undefined);
  const senders = [...new Set(readable.map(({ senderId }) => senderId))];
  const [media, isBlocked] = await Promise.all([
    mediaById(tenant, readable.flatMap(mediaOf)),
    blocksAmong(
      tenant,
      senders.map((blockedId) => ({ userId, blockedId })),
    ),
  ]);
  return messages.map((message) =>
    message && !isBlocked(userId, message.senderId)
      ? hitsOf(
          message,
          mediaOf(message).flatMap((id) => media.get(id) ?? []),
          search,
          match,
        )
      : [],
  );
}

/** A page of media; a message that shows several may stand on two. */
async function pageOf(search: Search, from: MediaPlace): Promise<Pick<MediaFound, 'items' | 'next'>> {
  const { generation, caller, scope, query, wish, limit } = search;
  const { matched: match } = from;
  const items: MediaHit[] = [];
  let place = from;
  for (let round = 0; round < ROUNDS && items.length < limit; round++) {
    const size = limit - items.length + 1;
    const found = await searchShowing({
      ...{ generation, tenantId: tenantIdOf(caller.tenant), scope, query, match, wish },
      ...{ after: place.after, size },
    });
    const hits = await shown(search, found, match);
    for (const [index, { position }] of found.entries()) {
      const open = hits[index]!.slice(place.skip);
      const room = limit - items.length;
      items.push(...open.slice(0, room));
      if (open.length > room) return { items, next: { ...place, skip: place.skip + room } };
      place = { matched: match, after: position, skip: 0 };
    }
    if (found.length < size) return { items, next: undefined };
  }
  return { items, next: place };
}

/**
 * Media that messages show which a user may read at `at` (ms), the newest message first; where nothing is exactly as asked for,
 * what is similar. Raises `SearchUnavailable`.
 */
export async function findMedia(
  caller: Caller,
  { q, wish, timeZone, limit, from }: MediaAsk,
  scope: Scope,
  at: number,
): Promise<MediaFound> {
  const { live: generation } = await indexState(at);
  const people = (text: string) => peopleNamed(caller.tenant, text, at);
  const { query, warnings } =
    q === undefined
      ? { query: { op: 'and', nodes: [] } as const, warnings: [] }
      : await resolve(parse(q), namesFor(caller, scope, { now: at, timeZone, people }));
  const search = { caller, generation, scope, query, wish, limit, at };
  const first = from ?? ({ matched: 'exact', after: undefined, skip: 0 } as const);
  const page = await pageOf(search, first);
  if (from || q === undefined || page.items.length > 0 || page.next)
    return { ...page, matched: first.matched, warnings };
  return { ...(await pageOf(search, { ...first, matched: 'similar' })), matched: 'similar', warnings };
}
