import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { NOTHING_DONE } from './cleanup-report.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { tableName } from './table-name.ts';

/** Where the comparison of a tenant's media with the buckets stands: media by media, then the objects of the clean bucket. */
const Run = z.object({
  startedAt: z.number(),
  phase: z.enum(['media', 'objects', 'ended']),
  /** The last media, or the last object's key, that was looked at. */
  after: z.string().optional(),
  /** Somebody is at it until then (ms). */
  leaseUntil: z.number(),
  counts: z.record(z.string(), z.number()),
});
export type Run = z.output<typeof Run>;

export const ReconcileRunEntity = entity({
  type: 'reconcile-run',
  schema: Run,
  key: (tenant: TenantKey, _: undefined): Key => ({ pk: join(tenant, 'CLEANUP'), sk: 'RUN' }),
});

/** AP-585 Take a tenant's run until a time (ms), or begin one when the last ended at least `pause` ms ago. Undefined when somebody else has it, or none is due. */
export async function takeReconcile(
  tenant: TenantKey,
  { at, until, pause }: { readonly at: number; readonly until: number; readonly pause: number },
): Promise<Run | undefined> {
  const Key = ReconcileRunEntity.key(tenant, undefined);
  const { Item } = await documents.get({ TableName: tableName(), Key, ConsistentRead: true });
  const last = Item && ReconcileRunEntity.fromItem(Item);
  if (last && (last.leaseUntil > at || (last.phase === 'ended' && at - last.startedAt < pause))) return undefined;
  const run: Run =
    last && last.phase !== 'ended'
      ? { ...last, leaseUntil: until }
      : { startedAt: at, phase: 'media', leaseUntil: until, counts: { ...NOTHING_DONE } };
  try {
    await documents.put({
      TableName: tableName(),
      Item: ReconcileRunEntity.toItem(tenant, undefined, run),
      ...(last
        ? {
            ConditionExpression: 'leaseUntil = :lease AND startedAt = :started',
            ExpressionAttributeValues: { ':lease': last.leaseUntil, ':started': last.startedAt },
          }
        : { ConditionExpression: 'attribute_not_exists(pk)' }),
    });
    return run;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** AP-586 Note how far a run has come; `leaseUntil` 0 gives it back. False when somebody else has it by now. */
export async function noteReconcile(tenant: TenantKey, had: number, run: Run): Promise<boolean> {
  try {
    await documents.put({
      TableName: tableName(),
      Item: ReconcileRunEntity.toItem(tenant, undefined, run),
      ConditionExpression: 'leaseUntil = :had AND startedAt = :started',
      ExpressionAttributeValues: { ':had': had, ':started': run.startedAt },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
