import * as z from 'zod';
import { messagesIn } from './archive-object.ts';
import { batchGet } from './batch-get.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { logPartition, type StoredMessage } from './message.ts';

/** A part of a conversation's archive, by its last number. */
export interface PartKey {
  readonly conversationId: string;
  readonly last: number;
}

/** Numbers of a log that go to the archive together, and where to. */
export const Stretch = { first: z.number(), last: z.number(), month: z.string(), key: z.string() };

/** A part that lies in the archive, verified: what its object holds. Beside the log's entries. */
export const ArchivePartEntity = entity({
  type: 'archive-part',
  schema: z.object({ ...Stretch, count: z.number(), sha256: z.string() }),
  key: (tenant: TenantKey, { conversationId, last }: PartKey): Key => ({
    pk: logPartition(tenant, conversationId),
    sk: join('A', digits(last)),
  }),
});

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
    const { z, i } = one.stored;
    return { ...one, stored: { ...found, z: { l: z.l }, ...(i === undefined ? {} : { i }) } };
  });
}
