import * as z from 'zod';
import { ConditionalCheckFailedException, documents, pagesOf, type UpdateInput } from '#aws/documents.ts';
import { dayOf, latencyClass, TERM_PLACES, TRIES, USERS_TO_KNOW } from '#domain/search/figures.ts';
import { entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Days that figures are kept. */
export const FIGURES_DAYS = 90;

/** Where on a day: a place for a term by its number, what has none, or a part of the clicks. */
export interface StatsId {
  readonly day: string;
  readonly place: string;
}

const counter = z.number().default(0);

/**
 * Figures of a day's searches. Those of one term lie in one place with it, so that counting a search is one write, and a
 * day's figures are the sum of its places. `d` is a keyed digest of the term, `u` keyed digests of up to four users who
 * searched for it; only the fifth puts the text into `q`, and takes `u` away.
 */
export const SearchStatsEntity = entity({
  type: 'search-stats',
  schema: z.object({
    d: z.string().optional(),
    u: z.set(z.string()).optional(),
    q: z.string().optional(),
    /** Searches, those that found nothing, and those that found only what is similar. */
    n: counter,
    z: counter,
    s: counter,
    /** Searches by how long they took (`domain/search/figures.ts`). */
    ...{ l0: counter, l1: counter, l2: counter, l3: counter, l4: counter, l5: counter, l6: counter, l7: counter },
    /** Clicks, by where the hit stood. */
    c: counter,
    ...{ p0: counter, p1: counter, p2: counter, p3: counter, p4: counter, p5: counter },
    [TABLE.ttl]: z.number(),
  }),
  key: (tenant: TenantKey, { day, place }: StatsId): Key => ({ pk: join(tenant, 'SS', day), sk: place }),
});
export type StoredStats = z.output<typeof SearchStatsEntity.schema>;

/** Epoch seconds until when the figures of a day are kept. */
const keptUntil = (day: string): number => Date.parse(day) / 1_000 + FIGURES_DAYS * 86_400;

/** The update that adds to a place. */
export const addTo = (tenant: TenantKey, id: StatsId, add: Readonly<Record<string, unknown>>, set: object = {}) => {
  const sets = { [TABLE.entity]: SearchStatsEntity.type, [TABLE.ttl]: keptUntil(id.day), ...set };
  const names = [...Object.keys(sets), ...Object.keys(add)];
  return {
    TableName: tableName(),
    Key: SearchStatsEntity.key(tenant, id),
    UpdateExpression: `SET ${Object.keys(sets)
      .map((name) => `#${name} = :${name}`)
      .join(', ')} ADD ${Object.keys(add)
      .map((name) => `#${name} :${name}`)
      .join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries({ ...sets, ...add }).map(([name, value]) => [`:${name}`, value]),
    ),
  } satisfies UpdateInput;
};

/** A search as it is counted. */
export interface CountedSearch {
  readonly at: number;
  readonly ms: number;
  /** Nothing was found; only what is similar was. */
  readonly empty: boolean;
  readonly similar: boolean;
  /** What was searched for, where that is counted: keyed digests of it and of who searched, and its text. */
  readonly term?: { readonly digest: string; readonly user: string; readonly text: string } | undefined;
}

/** How a term stands in a place: known by fewer than five users, about to be known by the fifth, known, or another's place. */
type Standing = 'few' | 'fifth' | 'known' | 'taken';

/** Places whose standing is remembered: a guess at which update will do. The oldest go first. */
const MOST = 5_000;
const remembered = new Map<string, { readonly digest: string; readonly standing: Standing }>();

const remember = (name: string, digest: string, standing: Standing): void => {
  remembered.delete(name);
  remembered.set(name, { digest, standing });
  if (remembered.size > MOST) remembered.delete(remembered.keys().next().value!);
};

const standingOf = (item: Item | undefined, term: NonNullable<CountedSearch['term']>): Standing => {
  if (!item) return 'few';
  const { d, q, u = new Set<string>() } = SearchStatsEntity.fromItem(item);
  if (d !== term.digest) return 'taken';
  if (q !== undefined) return 'known';
  return u.size >= USERS_TO_KNOW - 1 && !u.has(term.user) ? 'fifth' : 'few';
};

const MINE = '(attribute_not_exists(#d) OR #d = :d)';

const termUpdate = (
  tenant: TenantKey,
  id: StatsId,
  figures: Readonly<Record<string, number>>,
  term: NonNullable<CountedSearch['term']>,
  standing: Exclude<Standing, 'taken'>,
): UpdateInput => {
  const own = { d: term.digest };
  const withNames = (update: UpdateInput): UpdateInput => ({
    ...update,
    ExpressionAttributeNames: { ...update.ExpressionAttributeNames, '#q': 'q' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  if (standing === 'known')
    return withNames({
      ...addTo(tenant, id, figures, own),
      ConditionExpression: `${MINE} AND attribute_exists(#q)`,
    });
  if (standing === 'few') {
    const update = addTo(tenant, id, { ...figures, u: new Set([term.user]) }, own);
    return withNames({
      ...update,
      ConditionExpression: `${MINE} AND attribute_not_exists(#q) AND (attribute_not_exists(#u) OR size(#u) < :few OR contains(#u, :me))`,
      ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':few': USERS_TO_KNOW - 1, ':me': term.user },
    });
  }
  const update = addTo(tenant, id, figures, { ...own, q: term.text });
  return {
    ...update,
    UpdateExpression: `${update.UpdateExpression} REMOVE #u`,
    ConditionExpression: `${MINE} AND attribute_not_exists(#q) AND size(#u) >= :few AND NOT contains(#u, :me)`,
    ExpressionAttributeNames: { ...update.ExpressionAttributeNames, '#u': 'u' },
    ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':few': USERS_TO_KNOW - 1, ':me': term.user },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
};

/** Where a term may be counted, in order. */
const placesOf = (digest: string): string[] => {
  const bytes = Buffer.from(digest, 'base64url');
  const numbers = Array.from({ length: TRIES }, (_, index) => bytes.readUInt16BE(2 * index) % TERM_PLACES);
  return numbers.map((number) => join('B', String(number).padStart(3, '0')));
};

/** Updates of one place; a guess that was wrong costs one, and users who search at the same moment may cost another. */
const ROUNDS = 6;

/** AP-680 Count a search for a term in one place; false when the place is another term's. */
async function countIn(
  tenant: TenantKey,
  id: StatsId,
  figures: Readonly<Record<string, number>>,
  term: NonNullable<CountedSearch['term']>,
): Promise<boolean> {
  const { pk, sk } = SearchStatsEntity.key(tenant, id);
  const name = `${tableName()}\n${pk}\n${sk}`;
  const known = remembered.get(name);
  let standing: Standing = known?.digest === term.digest ? known.standing : (known && 'taken') || 'few';
  for (let round = 0; round < ROUNDS; round++) {
    if (standing === 'taken') return false;
    try {
      await documents.update(termUpdate(tenant, id, figures, term, standing));
      remember(name, term.digest, standing === 'fifth' ? 'known' : standing);
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      standing = standingOf(error.Item, term);
      const owner = error.Item && SearchStatsEntity.fromItem(error.Item).d;
      if (owner !== undefined) remember(name, owner, standing === 'taken' ? 'few' : standing);
    }
  }
  throw new Error(`a search was not counted in ${ROUNDS} rounds`);
}

/**
 * AP-681 Count a search: one write, but for the first of a function on a term that others have made known. A term that
 * finds its places taken is counted with all others that have none.
 */
export async function countSearch(tenant: TenantKey, search: CountedSearch): Promise<void> {
  const { at, ms, empty, similar, term } = search;
  const day = dayOf(at);
  const figures = { n: 1, [`l${latencyClass(ms)}`]: 1, ...(empty ? { z: 1 } : {}), ...(similar ? { s: 1 } : {}) };
  if (term) for (const place of placesOf(term.digest)) if (await countIn(tenant, { day, place }, figures, term)) return;
  await documents.update(addTo(tenant, { day, place: 'OTHER' }, figures));
}

/** AP-682 The figures of a day, place by place. */
export async function figuresOf(tenant: TenantKey, day: string): Promise<StoredStats[]> {
  const pages = pagesOf({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': SearchStatsEntity.key(tenant, { day, place: '' }).pk },
  });
  const found: StoredStats[] = [];
  for await (const items of pages) found.push(...items.map(SearchStatsEntity.fromItem));
  return found;
}
