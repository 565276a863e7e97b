import * as z from 'zod';
import { documents, type TransactItem } from '#aws/documents.ts';
import { AuditEntry, AuditFields, AuditTarget } from '#contract/audit.ts';
import type { Audit } from '#domain/audit.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { tableName } from './table-name.ts';

/** One entry of a tenant's audit trail. */
const Audited = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  id: z.string(),
  actorId: z.string().nullable(),
  action: z.string(),
  target: z.object(AuditTarget.shape).extend({ kind: z.string() }),
  before: AuditFields.nullable(),
  after: AuditFields.nullable(),
  reason: z.string().nullable(),
  requestId: z.string().nullable(),
});
type StoredAudit = z.output<typeof Audited>;

/**
 * A tenant's trail is one partition, by time: people act, not machines, and where a rule acts for them it writes an entry
 * a run, not one a message. Entries have no end.
 */
export const AuditEntity = entity({
  type: 'audit',
  schema: Audited,
  key: (tenant: TenantKey, { at, id }: { readonly at: number; readonly id: string }): Key => ({
    pk: join(tenant, 'AUDIT'),
    sk: join('A', digits(at), id),
  }),
});

const putting = (tenant: TenantKey, entry: Audit) => ({
  TableName: tableName(),
  Item: AuditEntity.toItem(tenant, entry, entry),
  ConditionExpression: 'attribute_not_exists(pk)',
});

/**
 * AP-230 Part of a transaction: what is done is done together with its entry, or neither. The entry is written once: with
 * an id that is there already the transaction is cancelled.
 */
export const audited = (tenant: TenantKey, entry: Audit): TransactItem => ({ Put: putting(tenant, entry) });

/**
 * AP-231 Write an entry by itself, for what cannot be done in one transaction: before it begins, so that nothing is done
 * unseen. Raises `ConditionalCheckFailedException` when this id at this time is there already.
 */
export const writeAudit = (tenant: TenantKey, entry: Audit): Promise<void> => documents.put(putting(tenant, entry));

/** Where a page of the trail begins, and what of it is wanted. */
export interface AuditPage {
  /** Sort key of the last entry of the page before. */
  readonly before: string | undefined;
  readonly limit: number;
  readonly action?: string | undefined;
  readonly actorId?: string | undefined;
  readonly targetId?: string | undefined;
}

/** AP-232 A tenant's audit trail, newest first. A filter makes pages short; `next` says where the next begins. */
export async function listAudits(
  tenant: TenantKey,
  { before, limit, action, actorId, targetId }: AuditPage,
): Promise<{ entries: StoredAudit[]; next: string | undefined }> {
  const wanted = Object.entries({ action, actorId, 'target.id': targetId }).flatMap(([path, value]) =>
    value === undefined ? [] : [{ path, value }],
  );
  const names = wanted.flatMap(({ path }) => path.split('.'));
  const { pk } = AuditEntity.key(tenant, { at: 0, id: '' });
  const { Items, LastEvaluatedKey } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: before === undefined ? 'pk = :pk AND begins_with(sk, :all)' : 'pk = :pk AND sk < :before',
    ...(wanted.length > 0
      ? {
          FilterExpression: wanted
            .map(({ path }, index) => `${path.replaceAll(/(\w+)/g, '#$1')} = :wanted${index}`)
            .join(' AND '),
          ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        }
      : {}),
    ExpressionAttributeValues: {
      ':pk': pk,
      ...(before === undefined ? { ':all': 'A#' } : { ':before': before }),
      ...Object.fromEntries(wanted.map(({ value }, index) => [`:wanted${index}`, value])),
    },
    ScanIndexForward: false,
    Limit: limit,
  });
  const last = LastEvaluatedKey?.['sk'];
  return { entries: Items.map(AuditEntity.fromItem), next: last === undefined ? undefined : String(last) };
}

/** An entry as the API shows it. Raises a `ZodError` for an action that the contract does not know. */
export const toAuditEntry = ({ at, id, ...entry }: StoredAudit): AuditEntry =>
  AuditEntry.parse({ id, at: new Date(at).toISOString(), ...entry });
