import { randomBytes } from 'node:crypto';
import { documents } from '#aws/documents.ts';
import { openConnection, socketsOf } from '#table/connection.ts';
import { ConnectionsEntity } from '#table/connection-item.ts';
import { type Item, scope, type TenantKey } from '#table/entity.ts';
import { tableName } from '#table/table-name.ts';

export const HOUR = 3_600_000;
// Whole seconds, and today: what lies in the past may be swept while the test looks at it.
export const NOW = Math.floor(Date.now() / 1_000) * 1_000;
export const nonce = (): string => randomBytes(16).toString('base64url');
/** As API Gateway makes them: base64 of eleven bytes, with its padding. */
export const connection = (): string => randomBytes(11).toString('base64');

let tenants = 0;
export const freshTenant = (): TenantKey => scope(`t${++tenants}`);

export const DEVICE = `dev_${'a'.repeat(22)}`;

export const open = (
  tenant: TenantKey,
  connectionId: string,
  at: number,
  ticket = nonce(),
  userId = 'ada',
  more: { readonly tokenIssuedAt?: number; readonly deviceId?: string } = {},
) =>
  openConnection(tenant, userId, {
    connectionId,
    nonce: ticket,
    ticketExpiresAt: Math.floor(at / 1_000) + 30,
    at,
    ...more,
  });

/** Writes attributes as they are, as older code or a revocation would. */
export const set = (tenant: TenantKey, attributes: Readonly<Record<string, unknown>>) => {
  const entries = Object.entries(attributes);
  return documents.update({
    TableName: tableName(),
    Key: ConnectionsEntity.key(tenant, 'ada'),
    UpdateExpression: `SET ${entries.map((_, index) => `#n${index} = :v${index}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(entries.map(([name], index) => [`#n${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(entries.map(([, value], index) => [`:v${index}`, value as string])),
  });
};

export const itemOf = async (tenant: TenantKey, userId = 'ada'): Promise<Item | undefined> =>
  (await documents.get({ TableName: tableName(), Key: ConnectionsEntity.key(tenant, userId), ConsistentRead: true }))
    .Item;

export const idsOf = async (tenant: TenantKey, at: number, userId = 'ada'): Promise<string[]> =>
  (await socketsOf(tenant, [userId], at)).map(({ connectionId }) => connectionId).sort();
