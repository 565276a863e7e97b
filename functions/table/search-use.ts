import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { batchGet } from './batch-get.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { tableName } from './table-name.ts';

/** That somebody of a tenant has searched, and since when (ms): from then on the tenant is indexed. */
export const SearchUseEntity = entity({
  type: 'search-use',
  schema: z.object({ at: z.number() }),
  key: (tenant: TenantKey): Key => ({ pk: join(tenant, 'SEARCH'), sk: 'USE' }),
});

/** AP-622 Say that a tenant searches; true for whoever said so first. */
export async function beginSearching(tenant: TenantKey, at: number): Promise<boolean> {
  try {
    await documents.put({
      TableName: tableName(),
      Item: SearchUseEntity.toItem(tenant, undefined, { at }),
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** AP-623 Those of some tenants that have ever searched, consistently. */
export async function searchingTenants(tenants: readonly TenantKey[]): Promise<Set<TenantKey>> {
  const items = await batchGet(
    tenants.map((tenant) => SearchUseEntity.key(tenant, undefined)),
    { consistent: true },
  );
  const found = new Set(items.map(({ pk }) => pk));
  return new Set(tenants.filter((tenant) => found.has(SearchUseEntity.key(tenant, undefined).pk)));
}
