import { documents } from '#aws/documents.ts';
import { join, SYSTEM, scope, type TenantKey, tenantIdOf } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

const TENANTS = join(SYSTEM, 'TENANTS');

/** Those that this function has registered, by table, so that it does so once in its life. */
const registered = new Set<string>();
/** More of them than this are forgotten; registering one again does no harm. */
const MOST = 10_000;

/** AP-642 Put a tenant on the register, before anything is stored that is to be found by it; what was done is remembered. */
export async function registerTenant(tenant: TenantKey): Promise<void> {
  const TableName = tableName();
  const key = `${TableName} ${tenant}`;
  if (registered.has(key)) return;
  await documents.put({
    TableName,
    Item: { pk: TENANTS, sk: tenantIdOf(tenant), [TABLE.entity]: 'registered-tenant' },
  });
  if (registered.size >= MOST) registered.clear();
  registered.add(key);
}

/** AP-643 A page of all tenants by id, after one of them, consistently. Only the jobs that keep the search index read it. */
export async function listTenants(page: {
  readonly after: string | undefined;
  readonly limit: number;
}): Promise<{ tenants: TenantKey[]; more: boolean }> {
  const { Items, LastEvaluatedKey } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk > :after',
    ProjectionExpression: 'sk',
    ExpressionAttributeValues: { ':pk': TENANTS, ':after': page.after ?? ' ' },
    ConsistentRead: true,
    Limit: page.limit,
  });
  return { tenants: Items.map(({ sk }) => scope(String(sk))), more: LastEvaluatedKey !== undefined };
}
