import { ENV } from '#contract/environment.ts';
import { scope, tenantIdOf } from '#table/entity.ts';
import { beginSearching, searchingTenants } from '#table/search-use.ts';

/** Whether tenants are indexed only once somebody of them has searched: `search.lazy` of the deployment. */
const isLazy = (): boolean => process.env[ENV.searchLazy] === 'true';

/** Tenants that are known to search, by table: one that has searched once is indexed for ever. */
const known = new Set<string>();
const nameOf = (tenantId: string): string => `${process.env[ENV.table]}\n${tenantId}`;

/**
 * Those of some tenants that are to be indexed. Asked consistently: whoever is not among them yet had not searched when the
 * change happened that one asks for, and what begins with the first search reads that change from the table.
 */
export async function lazily(tenantIds: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  if (!isLazy()) return tenantIds;
  const unknown = [...tenantIds].filter((tenantId) => !known.has(nameOf(tenantId)));
  for (const tenant of await searchingTenants(unknown.map(scope))) known.add(nameOf(tenantIdOf(tenant)));
  return new Set([...tenantIds].filter((tenantId) => known.has(nameOf(tenantId))));
}

/**
 * Notes that a tenant searches. True for the first who ever does, where tenants are indexed only then: all that the tenant
 * has is then to be indexed.
 */
export async function isFirstSearch(tenantId: string, at: number): Promise<boolean> {
  if (!isLazy() || known.has(nameOf(tenantId))) return false;
  const first = await beginSearching(scope(tenantId), at);
  known.add(nameOf(tenantId));
  return first;
}
