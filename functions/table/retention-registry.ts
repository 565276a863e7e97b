import * as z from 'zod';
import { documents, pagesOf } from '#aws/documents.ts';
import { batchGet } from './batch-get.ts';
import { entity, join, type Key, SYSTEM, scope, type TenantKey, tenantIdOf } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** That a tenant has a conversation: written once, with it, so that those with old messages are found without a scan. */
export const RegisteredEntity = entity({
  type: 'registered',
  schema: z.object({}),
  key: (tenant: TenantKey, conversationId: string): Key => ({ pk: join(tenant, 'CONVERSATIONS'), sk: conversationId }),
});

/** AP-270 Conversations of a tenant by id, after one of them; eventually consistent, unless it is asked otherwise. */
export async function listRegistered(
  tenant: TenantKey,
  page: { readonly after: string | undefined; readonly limit: number; readonly consistent?: boolean },
): Promise<{ conversationIds: string[]; more: boolean }> {
  const { Items, LastEvaluatedKey } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk > :after',
    ProjectionExpression: 'sk',
    ExpressionAttributeValues: { ':pk': RegisteredEntity.key(tenant, '').pk, ':after': page.after ?? ' ' },
    ConsistentRead: page.consistent ?? false,
    Limit: page.limit,
  });
  return { conversationIds: Items.map(({ sk }) => String(sk)), more: LastEvaluatedKey !== undefined };
}

/** AP-652 Those of some conversations that a tenant has, consistently. */
export async function registeredOf(tenant: TenantKey, conversationIds: readonly string[]): Promise<Set<string>> {
  const keys = conversationIds.map((id) => RegisteredEntity.key(tenant, id));
  return new Set((await batchGet(keys, { consistent: true })).map(({ sk }) => String(sk)));
}

/** The one partition that is no tenant's: which tenants have ever asked that messages go. Only the job that removes them reads it. */
const TENANTS = join(SYSTEM, 'RETENTION');

/** AP-271 Note that a tenant has messages that go; before the setting is stored, so that no such tenant is ever missed. */
export const noteExpiring = (tenant: TenantKey): Promise<void> =>
  documents.put({
    TableName: tableName(),
    Item: { pk: TENANTS, sk: tenantIdOf(tenant), [TABLE.entity]: 'expiring-tenant' },
  });

/** AP-272 Every tenant that has messages that go. */
export async function expiringTenants(): Promise<TenantKey[]> {
  const pages = pagesOf({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': TENANTS },
  });
  const tenants: TenantKey[] = [];
  for await (const items of pages) tenants.push(...items.map(({ sk }) => scope(String(sk))));
  return tenants;
}
