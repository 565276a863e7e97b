import * as z from 'zod';
import { Corrupt } from '#table/archive-object.ts';
import type { TenantKey } from '#table/entity.ts';
import { messagePage } from '#table/walk.ts';
import { messageWrites } from './message-writes.ts';
import type { IndexWrite } from './write-documents.ts';

/** What the index is to hold of a page of messages. */
interface Readable {
  readonly writes: IndexWrite[];
  /** Messages that cannot be read, and why: they hold up no others. */
  readonly unread: ReadonlyMap<number, string>;
  /** The smallest number of a message, searched or not; infinite where there is none. */
  readonly lowest: number;
  readonly next: number | undefined;
}

const isUnreadable = (error: unknown): error is Error => error instanceof z.ZodError || error instanceof Corrupt;

/** What the index is to hold of messages of a conversation, those after a number and up to `last`, as the table has them now. */
export async function readable(
  tenant: TenantKey,
  conversationId: string,
  page: Parameters<typeof messagePage>[2],
): Promise<Readable> {
  const { messages, unreadable, next } = await messagePage(tenant, conversationId, page);
  const unread = new Map(unreadable.map((seq) => [seq, 'its item is not what a message is']));
  const lowest = Math.min(...unreadable, ...messages.map(({ seq }) => seq));
  try {
    return { writes: await messageWrites(tenant, conversationId, messages), unread, lowest, next };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
  const writes: IndexWrite[] = [];
  for (const message of messages) {
    try {
      writes.push(...(await messageWrites(tenant, conversationId, [message])));
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      unread.set(message.seq, error.message);
    }
  }
  return { writes, unread, lowest, next };
}
