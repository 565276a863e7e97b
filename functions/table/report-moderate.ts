import type * as z from 'zod';
import { documents, pagesOf, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';
import { CLAIM_MINUTES, MOST_SHOWN, type Outcome, REPORT_KEPT_DAYS, type Snapshot } from '#contract/reports.ts';
import type { Audit } from '#domain/audit.ts';
import { audited } from './audit.ts';
import { batchGet } from './batch-get.ts';
import type { TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import { CaseEntity, ReportEntity, SnapshotEntity, type StoredCase, type StoredReport } from './report.ts';
import { queued, unqueued } from './report-queue.ts';
import { tableName } from './table-name.ts';

/** AP-251 Cases by their ids, consistently, in the ids' order; those that are gone left out. */
export async function findCases(tenant: TenantKey, ids: readonly string[]): Promise<StoredCase[]> {
  const items = await batchGet(
    ids.map((id) => CaseEntity.key(tenant, id)),
    { consistent: true },
  );
  const byId = new Map(items.map(CaseEntity.fromItem).map((stored) => [stored.id, stored]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

const within = async (tenant: TenantKey, reportId: string, prefix: string) => {
  const { Items } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': CaseEntity.key(tenant, reportId).pk, ':prefix': prefix },
    Limit: MOST_SHOWN,
  });
  return Items;
};

/** AP-252 Who reported a message, and what it said then; the first of both. */
export async function findEvidence(
  tenant: TenantKey,
  reportId: string,
): Promise<{ reports: StoredReport[]; snapshots: z.output<typeof Snapshot>[] }> {
  const [reports, snapshots] = await Promise.all([within(tenant, reportId, 'R#'), within(tenant, reportId, 'V#')]);
  return {
    reports: reports.map(ReportEntity.fromItem).sort((one, other) => one.at - other.at),
    snapshots: snapshots.map((item) => SnapshotEntity.fromItem(item).snapshot),
  };
}

/** AP-253 Everybody who reported a message. */
export async function reportersOf(tenant: TenantKey, reportId: string): Promise<string[]> {
  const pages = pagesOf({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ProjectionExpression: 'sk',
    ExpressionAttributeValues: { ':pk': CaseEntity.key(tenant, reportId).pk, ':prefix': 'R#' },
  });
  const users: string[] = [];
  for await (const items of pages) for (const { sk } of items) users.push(String(sk).slice(2));
  return users;
}

/** Writes a change of a case together with its audit entry. False when the case's condition does not hold. */
const write = async (parts: readonly TransactItem[]): Promise<boolean> => {
  try {
    await calmly(() => documents.transactWrite(parts));
    return true;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    if (error.CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return false;
    throw error;
  }
};

/** AP-254 Claim a case that nobody else holds and nobody has resolved. False when somebody does or has. */
export const claim = (tenant: TenantKey, reportId: string, by: string, at: number, audit: Audit): Promise<boolean> =>
  write([
    {
      Update: {
        TableName: tableName(),
        Key: CaseEntity.key(tenant, reportId),
        UpdateExpression: 'SET #claim = :claim',
        ConditionExpression:
          'attribute_exists(pk) AND attribute_not_exists(#resolution) AND (attribute_not_exists(#claim) OR #claim.#until <= :at OR #claim.#by = :by)',
        ExpressionAttributeNames: { '#claim': 'claim', '#until': 'until', '#by': 'by', '#resolution': 'resolution' },
        ExpressionAttributeValues: { ':claim': { by, until: at + CLAIM_MINUTES * 60_000 }, ':at': at, ':by': by },
      },
    },
    audited(tenant, audit),
  ]);

/** AP-255 Give a claim back. False when it is not this moderator's. */
export const release = (tenant: TenantKey, reportId: string, by: string, audit: Audit): Promise<boolean> =>
  write([
    {
      Update: {
        TableName: tableName(),
        Key: CaseEntity.key(tenant, reportId),
        UpdateExpression: 'REMOVE #claim',
        ConditionExpression: '#claim.#by = :by AND attribute_not_exists(#resolution)',
        ExpressionAttributeNames: { '#claim': 'claim', '#by': 'by', '#resolution': 'resolution' },
        ExpressionAttributeValues: { ':by': by },
      },
    },
    audited(tenant, audit),
  ]);

/** What a moderator decided. */
export interface Resolution {
  readonly by: string;
  readonly at: number;
  readonly outcome: Outcome;
  readonly note?: string | undefined;
}

/** AP-256 Resolve a case that this moderator has claimed; it goes to the other queue. False when they have not, or no longer. */
export const resolve = (
  tenant: TenantKey,
  { id, queuedAt }: StoredCase,
  resolution: Resolution,
  audit: Audit,
): Promise<boolean> =>
  write([
    {
      Update: {
        TableName: tableName(),
        Key: CaseEntity.key(tenant, id),
        UpdateExpression: 'SET #resolution = :resolution REMOVE #claim',
        ConditionExpression: '#claim.#by = :by AND attribute_not_exists(#resolution) AND #queuedAt = :queuedAt',
        ExpressionAttributeNames: {
          '#claim': 'claim',
          '#by': 'by',
          '#resolution': 'resolution',
          '#queuedAt': 'queuedAt',
        },
        ExpressionAttributeValues: { ':by': resolution.by, ':resolution': resolution, ':queuedAt': queuedAt },
      },
    },
    audited(tenant, audit),
    unqueued(tenant, 'unresolved', { id, at: queuedAt }),
    queued(tenant, 'resolved', {
      id,
      at: resolution.at,
      expires: Math.ceil(resolution.at / 1_000) + REPORT_KEPT_DAYS * 86_400,
    }),
  ]);
