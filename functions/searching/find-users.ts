import { UserId } from '#contract/ids.ts';
import type { UserHit } from '#contract/search-box.ts';
import { marked } from '#domain/search/marked.ts';
import { type Run, runsOf } from '#domain/search/name-match.ts';
import { type NameHit, type NamePosition, searchUserNames } from '#gateways/search/name-search.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { indexState } from '#table/search-index.ts';
import { findUsers, listUsers, type StoredUser, toUser } from '#table/user.ts';
import { whereAnswered } from './answered.ts';
import { collectHits } from './collect-hits.ts';
import { matchUser } from './people.ts';

type Match = 'exact' | 'similar';

export interface UserAsk {
  readonly q: string;
  readonly limit: number;
  /** Where the page before ended, and how it matched. */
  readonly after?: { readonly matched: Match; readonly position: NamePosition } | undefined;
}

export interface UsersFound {
  readonly items: UserHit[];
  readonly next: NamePosition | undefined;
  readonly matched: Match;
  readonly unavailable: 'names'[];
}

/** A user as they are called now, with what was found of it marked. */
function hitOf(user: StoredUser, runs: readonly Run[]): UserHit {
  const found = matchUser(user, runs);
  if (!found) return { user: toUser(user), highlights: [] };
  const text = found.field === 'id' ? user.userId : user.displayName!;
  const { field, offsets } = found;
  return { user: toUser(user), highlights: [{ field, fragments: [marked(text, offsets)], offsets }] };
}

/** Those whose ids begin with what was typed, from the table alone. */
async function byId(tenant: TenantKey, q: string, limit: number, runs: readonly Run[]): Promise<UserHit[]> {
  const prefix = UserId.safeParse(q);
  if (!prefix.success) return [];
  const { users } = await listUsers(tenant, { after: undefined, prefix: prefix.data, limit });
  return users.map((user) => hitOf(user, runs));
}

/**
 * Users of a tenant by display name or id, those first who are called just so; similar ones where nobody is. Each is read again
 * before it is shown. Where the engine does not answer, those whose ids begin so, and no further page.
 */
export async function findUsersByName(
  tenant: TenantKey,
  { q, limit, after }: UserAsk,
  at: number,
): Promise<UsersFound> {
  const runs = runsOf(q);
  if (runs.length === 0) return { items: [], next: undefined, matched: 'exact', unavailable: [] };
  const { live: generation } = await indexState(at);
  const pageOf = (match: Match) =>
    collectHits<NameHit, NamePosition, UserHit>(
      {
        positionOf: ({ position }) => position,
        search: (from, size) =>
          searchUserNames({ generation, tenantId: tenantIdOf(tenant), runs, match, after: from, size }),
      },
      async (hits) => {
        const users = await findUsers(
          tenant,
          hits.map(({ id }) => id),
        );
        return hits.map(({ id }) => {
          const user = users.get(id);
          return user && hitOf(user, runs);
        });
      },
      { limit, after: after?.position },
    );
  const found = await whereAnswered(async () => {
    const matched = after?.matched ?? 'exact';
    const page = await pageOf(matched);
    if (after || page.items.length > 0 || page.next) return { ...page, matched };
    return { ...(await pageOf('similar')), matched: 'similar' as const };
  });
  if (found) return { ...found, unavailable: [] };
  const items = after ? [] : await byId(tenant, q, limit, runs);
  return { items, next: undefined, matched: 'exact', unavailable: ['names'] };
}
