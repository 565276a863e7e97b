import { beginReindexOf } from '#indexing/begin-reindex.ts';
import { isFirstSearch } from '#indexing/lazy-tenants.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';

/**
 * Where tenants are indexed only once they search, begins with that for one that does for the first time at `at` (ms). What it finds until then
 * is little, as `freshness` says. Who dies between mark and beginning leaves it to the reconciler.
 */
export async function onFirstSearch(tenant: TenantKey, at: number): Promise<void> {
  const tenantId = tenantIdOf(tenant);
  if (await isFirstSearch(tenantId, at)) await beginReindexOf({ scope: 'tenant', tenantId }, at);
}
