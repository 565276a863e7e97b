import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ConditionalCheckFailedException, documents, pagesOf } from '#aws/documents.ts';
import { distinct, MOST_RECENT, normalised, placeFor, type Recent } from '#domain/search/recent.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { ownPartition } from './own.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Seconds that a search is kept after it was last made. */
const KEPT_SECONDS = 90 * 86_400;
/** Tries of one search; each failure means that another device of the user's searched at the same moment. */
const ROUNDS = 6;

const PLACES = 'RS#';

/** A search of a user's own, in one of fifty places: that there are no more needs no counting. */
export const RecentSearchEntity = entity({
  type: 'recent-search',
  schema: z.object({
    id: z.string(),
    q: z.string(),
    at: z.number(),
    place: z.number(),
    [TABLE.ttl]: z.number(),
  }),
  key: (tenant: TenantKey, { userId, place }: { readonly userId: string; readonly place: number }): Key => ({
    pk: ownPartition(tenant, userId),
    sk: join('RS', String(place).padStart(2, '0')),
  }),
});

const digest = (q: string): Buffer => createHash('sha256').update(normalised(q)).digest();

/** The id of a search: the same for the same words. */
const recentIdOf = (q: string): string => `rcs_${digest(q).toString('base64url').slice(0, 22)}`;

/** AP-670 All places that hold a search of a user's, consistently. */
async function allPlaces(tenant: TenantKey, userId: string): Promise<Recent[]> {
  const pages = pagesOf({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :places)',
    ExpressionAttributeValues: { ':pk': ownPartition(tenant, userId), ':places': PLACES },
  });
  const found: Recent[] = [];
  for await (const items of pages) found.push(...items.map(RecentSearchEntity.fromItem));
  return found;
}

const asSeen = ({ id, at }: Recent) => ({
  ConditionExpression: '#id = :id AND #at = :at',
  ExpressionAttributeNames: { '#id': 'id', '#at': 'at' },
  ExpressionAttributeValues: { ':id': id, ':at': at },
});

/** AP-671 Put a search into its place, if there is still what was seen; false when there is not. */
async function putInto(
  tenant: TenantKey,
  userId: string,
  search: Recent,
  before: Recent | undefined,
): Promise<boolean> {
  const exp = Math.ceil(search.at / 1_000) + KEPT_SECONDS;
  try {
    await documents.put({
      TableName: tableName(),
      Item: RecentSearchEntity.toItem(tenant, { userId, place: search.place }, { ...search, [TABLE.ttl]: exp }),
      ...(before ? asSeen(before) : { ConditionExpression: 'attribute_not_exists(pk)' }),
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Remembers that a user searched at `at` (ms): one query and one write. Raises when their devices keep being in each other's way. */
export async function rememberSearch(tenant: TenantKey, userId: string, q: string, at: number): Promise<void> {
  const id = recentIdOf(q);
  const first = digest(q).readUInt32BE() % MOST_RECENT;
  for (let round = 0; round < ROUNDS; round++) {
    const { place, before } = placeFor(await allPlaces(tenant, userId), { id, q, at, first });
    // A later search of the same words says as much.
    if (before?.id === id && before.at >= at) return;
    if (await putInto(tenant, userId, { place, id, q, at }, before)) return;
  }
  throw new Error(`a search was not remembered in ${ROUNDS} rounds`);
}

/** What a user searched for in the last 90 days before `at` (ms), each once, the last first. */
export async function recentSearches(tenant: TenantKey, userId: string, at: number): Promise<Recent[]> {
  const since = at - KEPT_SECONDS * 1_000;
  return distinct(await allPlaces(tenant, userId)).filter((search) => search.at > since);
}

/** AP-672 Forget one place, if there is still what was seen: a later search stays. */
async function forget(tenant: TenantKey, userId: string, search: Recent): Promise<void> {
  try {
    await documents.delete({
      TableName: tableName(),
      Key: RecentSearchEntity.key(tenant, { userId, place: search.place }),
      ...asSeen(search),
    });
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

/** Forgets what a user searched for: the one of this id, or all. What is searched for meanwhile may stay. */
export async function forgetSearches(tenant: TenantKey, userId: string, id?: string): Promise<void> {
  const places = await allPlaces(tenant, userId);
  await Promise.all(
    places.filter((search) => id === undefined || search.id === id).map((search) => forget(tenant, userId, search)),
  );
}
