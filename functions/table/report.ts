import * as z from 'zod';
import { documents, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';
import { partsOfMessageId, reportedMessageId } from '#contract/ids.ts';
import { type Case, Outcome, REPORT_KEPT_DAYS, reportMessage, Snapshot } from '#contract/reports.ts';
import { batchGet } from './batch-get.ts';
import { digits, entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import { queued, unqueued } from './report-queue.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** All reports of one message: a partition of its own, with the case first, then who reported, then what was reported. */
const partition = (tenant: TenantKey, reportId: string): string => join(tenant, 'REPORT', reportId.slice(4));

const StoredCase = z.object({
  id: z.string(),
  senderId: z.string(),
  reports: z.number(),
  firstAt: z.number(),
  lastAt: z.number(),
  /** When it came into the queue that it is in. */
  queuedAt: z.number(),
  /** Holds until then (ms); an expired one is none. */
  claim: z.object({ by: z.string(), until: z.number() }).optional(),
  resolution: z.object({ by: z.string(), at: z.number(), outcome: Outcome, note: z.string().optional() }).optional(),
});
export type StoredCase = z.output<typeof StoredCase>;

export const CaseEntity = entity({
  type: 'report-case',
  schema: StoredCase,
  key: (tenant: TenantKey, reportId: string): Key => ({ pk: partition(tenant, reportId), sk: 'CASE' }),
});

/** One user's report of one message. */
const StoredReport = z.object({
  userId: z.string(),
  reason: reportMessage.output.shape.reason,
  note: z.string().optional(),
  version: z.number(),
  at: z.number(),
});
export type StoredReport = z.output<typeof StoredReport>;

export const ReportEntity = entity({
  type: 'report',
  schema: StoredReport,
  key: (tenant: TenantKey, { reportId, userId }: { readonly reportId: string; readonly userId: string }): Key => ({
    pk: partition(tenant, reportId),
    sk: join('R', userId),
  }),
});

/** What the message said in a version that was reported. A version never changes, so neither does this. */
export const SnapshotEntity = entity({
  type: 'report-snapshot',
  schema: z.object({ snapshot: Snapshot }),
  key: (tenant: TenantKey, { reportId, version }: { readonly reportId: string; readonly version: number }): Key => ({
    pk: partition(tenant, reportId),
    sk: join('V', digits(version)),
  }),
});

/** True while somebody holds the claim at `now` (ms). */
export const isHeld = (claim: StoredCase['claim'], now: number): claim is NonNullable<StoredCase['claim']> =>
  claim !== undefined && now < claim.until;

/** A case as the API shows it at `now`. */
export const toCase = (stored: StoredCase, now: number): Case => {
  const { id, senderId, reports, firstAt, lastAt, claim, resolution } = stored;
  const held = !resolution && isHeld(claim, now) ? claim : undefined;
  const messageId = reportedMessageId(id);
  return {
    id,
    messageId,
    conversationId: partsOfMessageId(messageId).conversationId,
    senderId,
    state: resolution ? 'resolved' : held ? 'claimed' : 'open',
    reports,
    firstReportedAt: new Date(firstAt).toISOString(),
    lastReportedAt: new Date(lastAt).toISOString(),
    claim: held ? { by: held.by, until: new Date(held.until).toISOString() } : null,
    resolution: resolution
      ? { ...resolution, at: new Date(resolution.at).toISOString(), note: resolution.note ?? null }
      : null,
  };
};

/** AP-248 A case, and one user's report of it, consistently; each undefined when there is none. */
export async function findCase(
  tenant: TenantKey,
  reportId: string,
  userId?: string,
): Promise<{ found: StoredCase | undefined; own: StoredReport | undefined }> {
  const items = await batchGet(
    [
      CaseEntity.key(tenant, reportId),
      ...(userId === undefined ? [] : [ReportEntity.key(tenant, { reportId, userId })]),
    ],
    { consistent: true },
  );
  const [stored, own] = [CaseEntity, ReportEntity].map(({ type }) => items.find(({ ty }) => ty === type));
  return { found: stored && CaseEntity.fromItem(stored), own: own && ReportEntity.fromItem(own) };
}

/** The update of a case by one more report: it is made, counts on, or is opened again. */
const caseUpdate = (
  tenant: TenantKey,
  reportId: string,
  found: StoredCase | undefined,
  { senderId, at, expires }: { readonly senderId: string; readonly at: number; readonly expires: number },
): TransactItem => {
  const reopened = found?.resolution;
  const open = !found || reopened;
  return {
    Update: {
      TableName: tableName(),
      Key: CaseEntity.key(tenant, reportId),
      UpdateExpression: `SET #id = :id, #senderId = :senderId, #type = :type, #lastAt = :at, #exp = :exp,
        #firstAt = if_not_exists(#firstAt, :at), #reports = if_not_exists(#reports, :none) + :one${
          open ? ', #queuedAt = :at' : ''
        }${reopened ? ' REMOVE #resolution, #claim' : ''}`,
      ConditionExpression: !found
        ? 'attribute_not_exists(pk)'
        : reopened
          ? '#resolution.#resolvedAt = :resolvedAt'
          : 'attribute_exists(pk) AND attribute_not_exists(#resolution)',
      ExpressionAttributeNames: {
        '#id': 'id',
        '#senderId': 'senderId',
        '#type': TABLE.entity,
        '#lastAt': 'lastAt',
        '#firstAt': 'firstAt',
        '#reports': 'reports',
        '#exp': TABLE.ttl,
        ...(open ? { '#queuedAt': 'queuedAt' } : {}),
        ...(found ? { '#resolution': 'resolution' } : {}),
        ...(reopened ? { '#claim': 'claim', '#resolvedAt': 'at' } : {}),
      },
      ExpressionAttributeValues: {
        ':id': reportId,
        ':senderId': senderId,
        ':type': CaseEntity.type,
        ':at': at,
        ':exp': expires,
        ':none': 0,
        ':one': 1,
        ...(reopened ? { ':resolvedAt': reopened.at } : {}),
      },
    },
  };
};

/**
 * AP-249 Write a report with what it reports, and count it in its case; a case that is new or was resolved comes into the queue. False
 * when the case has changed since it was read, or this user has reported the message meanwhile.
 */
export async function storeReport(
  tenant: TenantKey,
  reportId: string,
  found: StoredCase | undefined,
  report: StoredReport,
  snapshot: z.output<typeof Snapshot>,
): Promise<boolean> {
  const { userId, at, version } = report;
  const expires = Math.ceil(at / 1_000) + REPORT_KEPT_DAYS * 86_400;
  const TableName = tableName();
  const kept = (item: Item): Item => ({ ...item, [TABLE.ttl]: expires });
  const { senderId } = snapshot;
  try {
    await calmly(() =>
      documents.transactWrite([
        {
          Put: {
            TableName,
            Item: kept(ReportEntity.toItem(tenant, { reportId, userId }, report)),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        { Put: { TableName, Item: kept(SnapshotEntity.toItem(tenant, { reportId, version }, { snapshot })) } },
        caseUpdate(tenant, reportId, found, { senderId, at, expires }),
        ...(found?.resolution ? [unqueued(tenant, 'resolved', { id: reportId, at: found.resolution.at })] : []),
        ...(!found || found.resolution ? [queued(tenant, 'unresolved', { id: reportId, at, expires })] : []),
      ]),
    );
    return true;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    if (error.CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return false;
    throw error;
  }
}
