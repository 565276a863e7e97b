import * as z from 'zod';
import { documents, type QueryInput } from '#aws/documents.ts';
import { MediaKind } from '#contract/media.ts';
import type { TenantRules } from '#contract/tenant.ts';
import { isServable } from '#domain/media.ts';
import { mediaIdsIn } from '#domain/removal.ts';
import { inSight, mayBeHidden, sightOf } from '#domain/visibility.ts';
import { batchGet } from './batch-get.ts';
import { BlockEntity } from './block.ts';
import { findHeadsFor, type Stands } from './conversation-list.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { hiddenAmong } from './hidden.ts';
import { findMedia, mediaPartition, type StoredMedia } from './media.ts';
import { conversationIdsOf } from './member.ts';
import { messagesAt } from './message.ts';
import { tableName } from './table-name.ts';
import { rulesOf } from './tenant-settings.ts';

/** Instead of a conversation's id: the whole tenant (users' pictures, emoji). */
export const EVERYBODY = 'everybody';

/** One thing that shows a media: a message by its number, or what else there is in a place. */
export interface MediaLinkId {
  readonly mediaId: string;
  /** A conversation, `EVERYBODY`, or a list that nobody reads by. */
  readonly conversationId: string;
  /** Undefined in links of before messages were told apart: of those there is one a conversation. */
  readonly carrier: number | string | undefined;
}

/**
 * That something shows a media. Of a message `s` is its number, `a` its time (ms) and `k` under which kind it stands in the
 * conversation's gallery; `always` says that the place itself shows it. Their number is `refs` of the media, changed in the
 * same transactions (`media-reference.ts`, ADR 0024).
 */
export const MediaLinkEntity = entity({
  type: 'media-link',
  schema: z.object({
    conversationId: z.string(),
    s: z.number().optional(),
    a: z.number().optional(),
    k: MediaKind.optional(),
    always: z.boolean().optional(),
  }),
  key: (tenant: TenantKey, { mediaId, conversationId, carrier }: MediaLinkId): Key => ({
    pk: mediaPartition(tenant, mediaId),
    sk: join(
      'IN',
      conversationId,
      ...(carrier === undefined ? [] : [typeof carrier === 'number' ? digits(carrier) : carrier]),
    ),
  }),
});
type Link = z.output<typeof MediaLinkEntity.schema>;

/** Links in one query, and the newest links of one conversation that are looked at. */
const [PAGE, NEWEST] = [50, 100];
/** Conversations that are tried because the media is there, and then those that are because the reader is. */
const [PLACES, OWN] = [200, 1_000];
/** The reader's conversations that are tried at once. */
const AT_ONCE = 25;

/** AP-24 Links of a media between two places of its partition. */
async function links(
  tenant: TenantKey,
  mediaId: string,
  between: readonly [string, string],
  rest: Partial<QueryInput>,
) {
  const { Items, LastEvaluatedKey } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': mediaPartition(tenant, mediaId),
      ':first': join('IN', between[0]),
      ':last': join('IN', between[1]),
    },
    ConsistentRead: true,
    Limit: PAGE,
    ...rest,
  });
  return { found: Items.map(MediaLinkEntity.fromItem), more: LastEvaluatedKey !== undefined };
}

/** Who wants to see which media, and when (ms). */
interface Reading {
  readonly tenant: TenantKey;
  readonly mediaId: string;
  readonly userId: string;
  readonly retention: TenantRules['retention'];
  readonly at: number;
}

/** Whether one of these messages shows the media to a member: it is stored, says so still, and they see it and not its sender blocked. */
async function isShown(reading: Reading, { head, member }: Stands, numbers: readonly number[]): Promise<boolean> {
  const { tenant, mediaId, userId, retention, at } = reading;
  const { conversationId } = member;
  const sight = sightOf(head, member, retention, at);
  const stored = await messagesAt(tenant, conversationId, numbers);
  const carriers = [...stored].filter(
    ([seq, message]) =>
      message.b.type !== 'deleted' && mediaIdsIn(message).includes(mediaId) && inSight(sight, seq, message.a),
  );
  if (carriers.length === 0) return false;
  const blocks = new Map(carriers.map(([, { u }]) => [BlockEntity.key(tenant, { userId, blockedId: u }).sk, u]));
  const suspects = carriers.filter(([seq]) => mayBeHidden(sight, seq)).map(([seq]) => ({ conversationId, seq }));
  const [blocked, isHidden] = await Promise.all([
    batchGet(
      [...blocks.values()].map((blockedId) => BlockEntity.key(tenant, { userId, blockedId })),
      { consistent: true },
    ),
    hiddenAmong(tenant, userId, suspects),
  ]);
  const unwanted = new Set(blocked.map(({ sk }) => blocks.get(String(sk))));
  return carriers.some(([seq, { u }]) => !unwanted.has(u) && !isHidden({ conversationId, seq }));
}

/** Whether a conversation shows the media to one of its members: by itself, or by one of its newest messages that carry it. */
async function shows(reading: Reading, stands: Stands, known?: readonly Link[]): Promise<boolean> {
  const { conversationId } = stands.member;
  let until = join(conversationId, '~');
  for (let looked = 0; looked < NEWEST; looked += PAGE) {
    const page = known
      ? { found: known, more: false }
      : await links(reading.tenant, reading.mediaId, [conversationId, until], { ScanIndexForward: false });
    if (page.found.some(({ always }) => always)) return true;
    const numbers = page.found.flatMap(({ s }) => s ?? []);
    if (await isShown(reading, stands, numbers)) return true;
    if (!page.more || Math.min(...numbers) < stands.head.firstSeq) return false;
    until = `${conversationId}#${digits(Math.min(...numbers) - 1)}`;
  }
  return false;
}

/** Whether one of these conversations shows it: only those that the reader is in are looked into. */
async function oneShows(
  reading: Reading,
  conversationIds: readonly string[],
  known?: readonly Link[],
): Promise<boolean> {
  const standing = await findHeadsFor(reading.tenant, conversationIds, reading.userId);
  const each = [...standing].map(([id, stands]) =>
    shows(
      reading,
      stands,
      known?.filter(({ conversationId }) => conversationId === id),
    ),
  );
  return (await Promise.all(each)).some(Boolean);
}

/**
 * Whether a message that the user may read right now, or a place they are in, shows the media. A media that is everywhere
 * costs a stranger little: one query finds up to 50 conversations and passes over the other messages of the last; after 200
 * conversations those are tried that the user is in, up to 1,000, the most active first; of each the newest 100 messages.
 */
export async function mayRead(tenant: TenantKey, mediaId: string, userId: string, at = Date.now()): Promise<boolean> {
  const { retention } = await rulesOf(tenant, at);
  const reading = { tenant, mediaId, userId, retention, at };
  const first = await links(tenant, mediaId, ['', '~'], {});
  const everybody = first.more
    ? (await links(tenant, mediaId, [EVERYBODY, `${EVERYBODY}~`], { Limit: 1 })).found
    : first.found;
  if (everybody.some(({ conversationId }) => conversationId === EVERYBODY)) return true;
  let tried = 0;
  for (let page = first; tried < PLACES; ) {
    const places = [...new Set(page.found.map(({ conversationId }) => conversationId))].filter(isConversation);
    if (await oneShows(reading, places, first.more ? undefined : first.found)) return true;
    const last = places.at(-1);
    if (!page.more || last === undefined) return false;
    tried += places.length;
    page = await links(tenant, mediaId, [join(last, '~'), 'cnv_~'], {});
  }
  // By activity, the most active last.
  const own = [...new Set(await conversationIdsOf(tenant, userId))].slice(-OWN).reverse();
  for (let from = 0; from < own.length; from += AT_ONCE)
    if (await oneShows(reading, own.slice(from, from + AT_ONCE))) return true;
  return false;
}

const isConversation = (place: string): boolean => place.startsWith('cnv_');

/** A media that the user owns or may read; undefined for a missing, a removed and a foreign one alike. */
export async function findReadable(
  tenant: TenantKey,
  mediaId: string,
  userId: string,
  at: number,
): Promise<StoredMedia | undefined> {
  const media = await findMedia(tenant, mediaId, at);
  if (media?.removedAt !== undefined) return undefined;
  if (!media || media.ownerId === userId) return media;
  return (await mayRead(tenant, mediaId, userId, at)) ? media : undefined;
}

/** AP-25 The media when the user may put it into a message: it is ready, and theirs or readable to them. */
export async function findSendable(
  tenant: TenantKey,
  mediaId: string,
  userId: string,
): Promise<StoredMedia | undefined> {
  const media = await findReadable(tenant, mediaId, userId, Date.now());
  return media && isServable(media.state) && !media.missing ? media : undefined;
}
