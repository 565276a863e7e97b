import { matchName, type NameMatch, type Rank, type Run, runsOf } from '#domain/search/name-match.ts';
import { normalised } from '#domain/search/recent.ts';
import { searchUserNames } from '#gateways/search/name-search.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { indexState } from '#table/search-index.ts';
import { findUsers, type StoredUser } from '#table/user.ts';

/** How a user is called, as far as it answers what is asked for; undefined where it does not any more. */
export const matchUser = (
  { displayName, userId }: StoredUser,
  runs: readonly Run[],
): (NameMatch & { readonly field: 'displayName' | 'id' }) | undefined => {
  const [byName, byId] = [
    displayName === undefined ? undefined : matchName(displayName, runs),
    matchName(userId, runs),
  ];
  if (byName && (!byId || byName.rank <= byId.rank)) return { ...byName, field: 'displayName' };
  return byId && { ...byId, field: 'id' };
};

/** Somebody who was found, as the table has them now. */
export interface Person {
  readonly user: StoredUser;
  /** Greater for what the two names hold together only, or the engine alone finds similar. */
  readonly rank: Rank | 5;
}

/**
 * Users of a tenant by what they are called or how their ids begin, those first who are called just so, at most `size`: one
 * question to the engine and one read. Similar ones only where nobody else is found. Raises `SearchUnavailable`.
 */
export async function findPeople(
  tenant: TenantKey,
  text: string,
  { size, similar = true, at }: { readonly size: number; readonly similar?: boolean; readonly at: number },
): Promise<Person[]> {
  const runs = runsOf(text);
  if (runs.length === 0) return [];
  const { live: generation } = await indexState(at);
  const hits = await searchUserNames({
    ...{ generation, tenantId: tenantIdOf(tenant), runs, size },
    match: similar ? 'either' : 'exact',
  });
  const users = await findUsers(
    tenant,
    hits.map(({ id }) => id),
  );
  const found = hits.flatMap(({ id }): Person[] => {
    const user = users.get(id);
    return user ? [{ user, rank: matchUser(user, runs)?.rank ?? 5 }] : [];
  });
  const exact = found.filter(({ rank }) => rank <= 2);
  return (exact.length > 0 ? exact : found).sort((one, other) => one.rank - other.rank);
}

/** Users who may be meant by one name. */
const MOST_NAMESAKES = 50;

/**
 * The ids of the users with this display name or id, in any case; where nobody has it, of those in whose names these words stand.
 * Raises `SearchUnavailable`.
 */
export async function peopleNamed(tenant: TenantKey, text: string, at: number): Promise<string[]> {
  const wanted = normalised(text);
  const people = await findPeople(tenant, text, { size: MOST_NAMESAKES, similar: false, at });
  const called = people.filter(({ user: { displayName, userId } }) =>
    [displayName ?? '', userId].some((name) => normalised(name) === wanted),
  );
  return (called.length > 0 ? called : people.filter(({ rank }) => rank <= 1)).map(({ user }) => user.userId);
}
