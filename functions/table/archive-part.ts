import * as z from 'zod';
import { documents, pagesOf } from '#aws/documents.ts';
import { messagesIn, removePart } from './archive-object.ts';
import { batchGet } from './batch-get.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { logPartition, type StoredMessage } from './message.ts';
import { tableName } from './table-name.ts';

/** A part of a conversation's archive, by its last number. */
interface PartKey {
  readonly conversationId: string;
  readonly last: number;
}

/** Numbers of a log that go to the archive together, and where to. */
const Stretch = { first: z.number(), last: z.number(), month: z.string(), key: z.string() };

/** A part that lies in the archive, verified: what its object holds. Beside the log's entries. */
export const ArchivePartEntity = entity({
  type: 'archive-part',
  schema: z.object({ ...Stretch, count: z.number(), sha256: z.string() }),
  key: (tenant: TenantKey, { conversationId, last }: PartKey): Key => ({
    pk: logPartition(tenant, conversationId),
    sk: join('A', digits(last)),
  }),
});
export type ArchivePart = z.output<typeof ArchivePartEntity.schema>;

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

/** A message as the table holds it, with its place. */
interface Placed {
  readonly conversationId: string;
  readonly seq: number;
  readonly stored: StoredMessage;
}

/**
 * AP-288 Messages with what the table holds of them no longer: those of which only the place is left are read from their
 * parts. Where there is none, nothing is read. Raises `Corrupt`, and an `Error` where a part is gone.
 */
export async function wholeOf<P extends Placed>(tenant: TenantKey, messages: readonly P[]): Promise<P[]> {
  const parts = new Map<string, Key>();
  const keyOf = ({ conversationId, stored }: Placed): Key =>
    ArchivePartEntity.key(tenant, { conversationId, last: stored.z!.l });
  const nameOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;
  const away = messages.filter(({ stored }) => stored.z?.o);
  if (away.length === 0) return [...messages];
  for (const one of away) parts.set(nameOf(keyOf(one)), keyOf(one));
  const items = await batchGet([...parts.values()], { consistent: true });
  const read = new Map(
    await Promise.all(
      items.map(async (item) => {
        const part = ArchivePartEntity.fromItem(item);
        const name = nameOf({ pk: String(item.pk), sk: String(item.sk) });
        return [name, await messagesIn(part.key, part)] as const;
      }),
    ),
  );
  return messages.map((one) => {
    if (!one.stored.z?.o) return one;
    const found = read.get(nameOf(keyOf(one)))?.get(one.seq);
    if (!found) throw new Error(`message ${one.seq} of ${one.conversationId} is not in its part`);
    return { ...one, stored: { ...found, z: { l: one.stored.z.l } } };
  });
}
