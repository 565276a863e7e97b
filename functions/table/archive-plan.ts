import * as z from 'zod';
import { documents, pagesOf } from '#aws/documents.ts';
import { removePart } from './archive-object.ts';
import { ArchivePartEntity, type PartKey, Stretch } from './archive-part.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { logPartition } from './message.ts';
import { tableName } from './table-name.ts';

/** A part that was begun and not finished: whoever finds it after `until` (ms) does the rest. Before, somebody is at it. */
export const ArchivePlanEntity = entity({
  type: 'archive-plan',
  schema: z.object({ ...Stretch, until: z.number() }),
  key: (tenant: TenantKey, { conversationId, last }: PartKey): Key => ({
    pk: logPartition(tenant, conversationId),
    sk: join('B', digits(last)),
  }),
});
export type ArchivePlan = z.output<typeof ArchivePlanEntity.schema>;

/** AP-286 The stretch of a conversation that was begun, and the greatest number that lies in a part; both consistently. */
export async function archiveState(
  tenant: TenantKey,
  conversationId: string,
): Promise<{ plan: ArchivePlan | undefined; archivedTo: number }> {
  const pk = logPartition(tenant, conversationId);
  const one = async (prefix: 'A' | 'B', forwards: boolean) => {
    const { Items } = await documents.query({
      TableName: tableName(),
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: { ':pk': pk, ':first': `${prefix}#`, ':last': `${prefix}#~` },
      ScanIndexForward: forwards,
      Limit: 1,
    });
    return Items[0];
  };
  const [plan, part] = await Promise.all([one('B', true), one('A', false)]);
  return {
    plan: plan && ArchivePlanEntity.fromItem(plan),
    archivedTo: part ? ArchivePartEntity.fromItem(part).last : 0,
  };
}

/** AP-287 Remove the parts that lie wholly below a number, object first: whoever dies between the two finds them again. */
export async function removePartsBelow(tenant: TenantKey, conversationId: string, below: number): Promise<void> {
  const pages = pagesOf({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': logPartition(tenant, conversationId),
      ':first': 'A#',
      ':last': join('A', digits(below - 1)),
    },
  });
  for await (const items of pages)
    for (const item of items) {
      await removePart(ArchivePartEntity.fromItem(item).key);
      await documents.delete({ TableName: tableName(), Key: { pk: String(item.pk), sk: String(item.sk) } });
    }
}
