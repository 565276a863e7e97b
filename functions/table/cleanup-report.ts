import * as z from 'zod';
import { documents } from '#aws/documents.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { tableName } from './table-name.ts';

const Counts = z.object({
  looked: z.number().default(0),
  expired: z.number().default(0),
  removed: z.number().default(0),
  bytes: z.number().default(0),
  strays: z.number().default(0),
  missing: z.number().default(0),
  links: z.number().default(0),
  counts: z.number().default(0),
});
export type Counts = z.output<typeof Counts>;

export const NOTHING_DONE: Counts = Counts.parse({});

/** Counts with some more; what is not said is nothing. */
export const added = (counts: Counts, more: Partial<Counts>): Counts =>
  Object.fromEntries(
    Object.entries(counts).map(([name, value]) => [name, value + (more[name as keyof Counts] ?? 0)]),
  ) as Counts;

/** Which run of a tenant: when it began (ms), and which of the two it was. */
export interface ReportId {
  readonly startedAt: number;
  readonly kind: 'cleanup' | 'reconcile';
}

const partition = (tenant: TenantKey): string => join(tenant, 'CLEANUP');

/** What a run did with the media of a tenant. */
export const CleanupReportEntity = entity({
  type: 'cleanup-report',
  schema: Counts.extend({
    kind: z.enum(['cleanup', 'reconcile']),
    startedAt: z.number(),
    endedAt: z.number().optional(),
    dryRun: z.boolean(),
  }),
  key: (tenant: TenantKey, { startedAt, kind }: ReportId): Key => ({
    pk: partition(tenant),
    sk: join('R', digits(startedAt), kind),
  }),
});
export type Report = z.output<typeof CleanupReportEntity.schema>;

/** AP-580 Write what a run did so far. */
export const putCleanupReport = (tenant: TenantKey, report: Report): Promise<void> =>
  documents.put({ TableName: tableName(), Item: CleanupReportEntity.toItem(tenant, report, report) });

/** AP-581 Reports of a tenant before a place, newest first. */
export async function listCleanupReports(
  tenant: TenantKey,
  page: { readonly before: ReportId | undefined; readonly limit: number },
): Promise<{ reports: Report[]; more: boolean }> {
  const last = page.before && CleanupReportEntity.key(tenant, page.before).sk;
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: { ':pk': partition(tenant), ':first': 'R#', ':last': last ?? 'R#~' },
    ScanIndexForward: false,
    Limit: page.limit + 2,
  });
  const reports = Items.filter(({ sk }) => sk !== last).map(CleanupReportEntity.fromItem);
  return { reports: reports.slice(0, page.limit), more: reports.length > page.limit };
}
