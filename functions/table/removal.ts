import { ConditionalCheckFailedException, documents, pagesOf } from '#aws/documents.ts';
import { digits, join, type Key, type TenantKey } from './entity.ts';
import { ChangeEntity } from './log/change.ts';
import { linksOf, release } from './media-reference.ts';
import { logPartition, MessageEntity, type MessageKey, type StoredMessage, seqOf } from './message.ts';
import { partitionOf as reactionsOf } from './reaction.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';
import { ReplyEntity } from './thread.ts';
import { ThreadMemberEntity } from './thread-member.ts';

/** What was removed, counted. */
export interface Removed {
  readonly messages: number;
  /** Entries of the log that are no messages: changes and voids. */
  readonly changes: number;
  readonly reactions: number;
  /** Changes further on that said what a removed message was. */
  readonly versions: number;
  readonly media: number;
}

export const NOTHING_REMOVED: Removed = { messages: 0, changes: 0, reactions: 0, versions: 0, media: 0 };

/** True when nothing was removed. */
export const isNothing = (removed: Removed): boolean => Object.values(removed).every((count) => count === 0);

export const sumOf = (one: Removed, other: Removed): Removed => ({
  messages: one.messages + other.messages,
  changes: one.changes + other.changes,
  reactions: one.reactions + other.reactions,
  versions: one.versions + other.versions,
  media: one.media + other.media,
});

/** Deletes one item; what is gone is gone. */
export const remove = ({ pk, sk }: Key): Promise<void> => documents.delete({ TableName: tableName(), Key: { pk, sk } });

/** AP-277 Delete everything in one partition; answers how much it was. */
export async function removePartition(pk: string): Promise<number> {
  const pages = pagesOf({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk',
    ProjectionExpression: 'pk, sk',
    ExpressionAttributeValues: { ':pk': pk },
  });
  let count = 0;
  for await (const items of pages) {
    await Promise.all(items.map(({ sk }) => remove({ pk, sk: String(sk) })));
    count += items.length;
  }
  return count;
}

/** AP-278 Take out of a change what its message said before; false when the change is gone, as most are. */
async function redact(tenant: TenantKey, conversationId: string, seq: number): Promise<boolean> {
  try {
    await documents.update({
      TableName: tableName(),
      Key: ChangeEntity.key(tenant, { conversationId, seq }),
      UpdateExpression: 'SET d.#before = :gone',
      ConditionExpression: 'attribute_exists(d.#before) AND d.#before.#type <> :deleted',
      ExpressionAttributeNames: { '#before': 'before', '#type': 'type' },
      ExpressionAttributeValues: { ':gone': { type: 'deleted' }, ':deleted': 'deleted' },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** A message and what hangs on it; itself last, so that whoever dies on the way finds it again. */
async function removeMessage(tenant: TenantKey, message: MessageKey, stored: StoredMessage): Promise<Removed> {
  const { conversationId, seq } = message;
  const at = Date.now();
  const [reactions, redacted, unlinked] = await Promise.all([
    stored.r ? removePartition(reactionsOf(tenant, message)) : 0,
    Promise.all((stored.l ?? []).map((change) => redact(tenant, conversationId, change))),
    Promise.all(linksOf(message, stored).map((link) => release(tenant, link, at))),
    stored.k && removePartition(ThreadMemberEntity.key(tenant, { conversationId, root: seq, userId: '' }).pk),
    stored.t && remove(ReplyEntity.key(tenant, { conversationId, root: stored.t.r, seq })),
  ]);
  await remove(MessageEntity.key(tenant, message));
  const count = (done: readonly boolean[]) => done.filter(Boolean).length;
  return { messages: 1, changes: 0, reactions, versions: count(redacted), media: count(unlinked) };
}

/**
 * AP-280 Remove up to `most` entries of a log below a number, oldest first, with all that hangs on them: reactions, what
 * later changes say of their past, places in threads, links of media. `done` when nothing is left there. Any number of
 * times, by anybody at once: what is gone is gone.
 */
export async function removeBelow(
  tenant: TenantKey,
  conversationId: string,
  { below, most }: { readonly below: number; readonly most: number },
): Promise<{ removed: Removed; done: boolean }> {
  let removed = NOTHING_REMOVED;
  let left = most;
  for (const prefix of ['M', 'E'] as const) {
    const { Items, LastEvaluatedKey } = await documents.query({
      TableName: tableName(),
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': logPartition(tenant, conversationId),
        ':first': join(prefix, digits(0)),
        ':last': join(prefix, digits(below - 1)),
      },
      Limit: left,
    });
    const each = Items.map(async (item): Promise<Removed> => {
      const seq = seqOf(item.sk);
      if (item[TABLE.entity] === MessageEntity.type)
        return removeMessage(tenant, { conversationId, seq }, MessageEntity.fromItem(item));
      await remove({ pk: String(item.pk), sk: String(item.sk) });
      // A void lies under both prefixes, and is one number.
      return { ...NOTHING_REMOVED, changes: item[TABLE.entity] === ChangeEntity.type || prefix === 'E' ? 1 : 0 };
    });
    removed = (await Promise.all(each)).reduce(sumOf, removed);
    left -= Items.length;
    if (left <= 0 || LastEvaluatedKey) return { removed, done: false };
  }
  return { removed, done: true };
}
