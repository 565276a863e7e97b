import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import type { Expired } from './expiry.ts';
import { isNothing } from './removal.ts';
import { tableName } from './table-name.ts';

const partition = (tenant: TenantKey): string => join(tenant, 'RETENTION');

/** Where the run of a tenant stands. `after`: the last conversation that was looked at; `leaseUntil`: somebody is at it. */
const Run = z.object({
  startedAt: z.number(),
  after: z.string().optional(),
  ended: z.boolean().optional(),
  leaseUntil: z.number(),
});
export type Run = z.output<typeof Run>;

export const RunEntity = entity({
  type: 'retention-run',
  schema: Run,
  key: (tenant: TenantKey, _: undefined): Key => ({ pk: partition(tenant), sk: 'RUN' }),
});

const Counts = {
  messages: z.number().default(0),
  changes: z.number().default(0),
  reactions: z.number().default(0),
  versions: z.number().default(0),
  media: z.number().default(0),
};

/** What a run did in all conversations of a tenant together. */
export const ReportEntity = entity({
  type: 'retention-report',
  schema: z.object({
    ...Counts,
    startedAt: z.number(),
    endedAt: z.number().optional(),
    dryRun: z.boolean(),
    conversations: z.number().default(0),
    held: z.number().default(0),
  }),
  key: (tenant: TenantKey, startedAt: number): Key => ({ pk: partition(tenant), sk: join('R', digits(startedAt)) }),
});
export type Report = z.output<typeof ReportEntity.schema>;

/** What a run removed from one conversation. */
export const ConversationReportEntity = entity({
  type: 'retention-report-of',
  schema: z.object({ ...Counts, conversationId: z.string() }),
  key: (tenant: TenantKey, id: { readonly startedAt: number; readonly conversationId: string }): Key => ({
    pk: partition(tenant),
    sk: join('C', digits(id.startedAt), id.conversationId),
  }),
});

/** The shortest time (ms) between the starts of two runs of a tenant. */
const PAUSE_MS = 20 * 3_600_000;

/**
 * AP-281 Take a tenant's run for some time, or begin a new one when the last has ended and is long ago. Undefined when
 * somebody else is at it, or nothing is due.
 */
export async function takeRun(tenant: TenantKey, at: number, until: number): Promise<Run | undefined> {
  const Key = RunEntity.key(tenant, undefined);
  const { Item } = await documents.get({ TableName: tableName(), Key, ConsistentRead: true });
  const last = Item && RunEntity.fromItem(Item);
  if (last && (last.leaseUntil > at || (last.ended && at - last.startedAt < PAUSE_MS))) return undefined;
  const run: Run = last && !last.ended ? { ...last, leaseUntil: until } : { startedAt: at, leaseUntil: until };
  try {
    await documents.put({
      TableName: tableName(),
      Item: RunEntity.toItem(tenant, undefined, run),
      ...(last
        ? { ConditionExpression: 'leaseUntil = :last', ExpressionAttributeValues: { ':last': last.leaseUntil } }
        : { ConditionExpression: 'attribute_not_exists(pk)' }),
    });
    return run;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** AP-282 Give a run back: how far it came. */
export const leaveRun = (tenant: TenantKey, run: Run): Promise<void> =>
  documents.put({ TableName: tableName(), Item: RunEntity.toItem(tenant, undefined, { ...run, leaseUntil: 0 }) });

/** AP-283 Add what became of a conversation to the report of a run, and to its own line where something was removed. */
export async function addToReport(
  tenant: TenantKey,
  { startedAt, dryRun }: { readonly startedAt: number; readonly dryRun: boolean },
  conversationId: string,
  { outcome, removed }: Expired,
): Promise<void> {
  const counts = Object.entries(removed);
  const add = async (Key: Key, ty: string, set: Record<string, unknown>, more: Record<string, number>) => {
    const added = Object.entries({ ...removed, ...more });
    await documents.update({
      TableName: tableName(),
      Key: { ...Key },
      UpdateExpression: `SET ${Object.keys({ ty, ...set })
        .map((name) => `#${name} = :${name}`)
        .join(', ')} ADD ${added.map(([name]) => `#${name} :${name}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(
        [...Object.keys({ ty, ...set }), ...added.map(([name]) => name)].map((name) => [`#${name}`, name]),
      ),
      ExpressionAttributeValues: Object.fromEntries(
        [...Object.entries({ ty, ...set }), ...added].map(([name, value]) => [`:${name}`, value]),
      ),
    });
  };
  const held = outcome === 'held' ? 1 : 0;
  await add(ReportEntity.key(tenant, startedAt), ReportEntity.type, { startedAt, dryRun }, { conversations: 1, held });
  if (!isNothing(removed) && counts.length > 0)
    await add(
      ConversationReportEntity.key(tenant, { startedAt, conversationId }),
      ConversationReportEntity.type,
      { conversationId },
      {},
    );
}

/** AP-284 Say that a run has ended. */
export async function endReport(tenant: TenantKey, startedAt: number, endedAt: number): Promise<void> {
  await documents.update({
    TableName: tableName(),
    Key: ReportEntity.key(tenant, startedAt),
    UpdateExpression: 'SET endedAt = :at, #ty = :type, startedAt = :start, dryRun = if_not_exists(dryRun, :no)',
    ExpressionAttributeNames: { '#ty': 'ty' },
    ExpressionAttributeValues: { ':at': endedAt, ':type': ReportEntity.type, ':start': startedAt, ':no': false },
  });
}

/** AP-285 Reports of a tenant before one of them, newest first. */
export async function listReports(
  tenant: TenantKey,
  page: { readonly before: number | undefined; readonly limit: number },
): Promise<{ reports: Report[]; more: boolean }> {
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': partition(tenant),
      ':first': 'R#',
      ':last': page.before === undefined ? 'R#~' : join('R', digits(page.before - 1)),
    },
    ScanIndexForward: false,
    Limit: page.limit + 1,
  });
  return { reports: Items.slice(0, page.limit).map(ReportEntity.fromItem), more: Items.length > page.limit };
}
