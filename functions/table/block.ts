import * as z from 'zod';
import { documents, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';
import { Refusal } from '#domain/refusal.ts';
import { batchGet } from './batch-get.ts';
import { directConversationId } from './direct-conversation.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import { MemberEntity } from './member.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Who has blocked whom. */
export interface BlockId {
  readonly userId: string;
  readonly blockedId: string;
}

const BLOCKED = 'B#';

/**
 * A user has blocked another. It lies in the blocker's own partition; in the direct conversation of the two, the blocked
 * one's membership says so too, so that a send reads nothing more to know it.
 */
export const BlockEntity = entity({
  type: 'block',
  schema: z.object({ at: z.number() }),
  key: (tenant: TenantKey, { userId, blockedId }: BlockId): Key => ({
    pk: join(tenant, 'B', userId),
    sk: `${BLOCKED}${blockedId}`,
  }),
});

/** Conditions that neither of two users has blocked the other, for the transaction that makes their conversation. */
export const unlessBlocked = (tenant: TenantKey, one: string, other: string): TransactItem[] =>
  [
    { userId: one, blockedId: other },
    { userId: other, blockedId: one },
  ].map((id) => ({
    ConditionCheck: {
      TableName: tableName(),
      Key: BlockEntity.key(tenant, id),
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  }));

/** Attempts; each failure means that the conversation of the two was made meanwhile. */
const ROUNDS = 3;

/** Writes the block and what the blocked one's membership says of it together, whether there is a conversation or not. */
async function writeBoth(tenant: TenantKey, { userId, blockedId }: BlockId, block: TransactItem, set: string) {
  const Key = MemberEntity.key(tenant, {
    conversationId: directConversationId(tenant, userId, blockedId),
    userId: blockedId,
  });
  const TableName = tableName();
  const inConversation: TransactItem = {
    Update: {
      TableName,
      Key,
      UpdateExpression: set,
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#blocked': 'blocked' },
      ...(set.startsWith('SET') ? { ExpressionAttributeValues: { ':yes': true } } : {}),
    },
  };
  const without: TransactItem = {
    ConditionCheck: { TableName, Key, ConditionExpression: 'attribute_not_exists(pk)' },
  };
  for (let round = 0; round < ROUNDS; round++)
    for (const other of [inConversation, without])
      try {
        await calmly(() => documents.transactWrite([block, other]));
        return;
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        if (!error.CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) throw error;
      }
  throw new Refusal('service.contended');
}

/** AP-128 Block a user; one who is blocked stays so from the first time. Answers since when (milliseconds). */
export async function blockUser(tenant: TenantKey, id: BlockId, at: number): Promise<number> {
  const TableName = tableName();
  const Key = BlockEntity.key(tenant, id);
  await writeBoth(
    tenant,
    id,
    {
      Update: {
        TableName,
        Key,
        UpdateExpression: 'SET #at = if_not_exists(#at, :at), #entity = :entity',
        ExpressionAttributeNames: { '#at': 'at', '#entity': TABLE.entity },
        ExpressionAttributeValues: { ':at': at, ':entity': BlockEntity.type },
      },
    },
    'SET #blocked = :yes',
  );
  const { Item } = await documents.get({ TableName, Key, ConsistentRead: true });
  return Item ? BlockEntity.fromItem(Item).at : at;
}

/** AP-129 Take a block back. */
export const unblockUser = (tenant: TenantKey, id: BlockId): Promise<void> =>
  writeBoth(tenant, id, { Delete: { TableName: tableName(), Key: BlockEntity.key(tenant, id) } }, 'REMOVE #blocked');

/** AP-485 Those of some users who have blocked this one, or whom this one has blocked: eventually consistent, one read unit each. */
export async function blockedAmong(tenant: TenantKey, userId: string, others: readonly string[]): Promise<Set<string>> {
  const keys = others.flatMap((other) => [
    { other, ...BlockEntity.key(tenant, { userId, blockedId: other }) },
    { other, ...BlockEntity.key(tenant, { userId: other, blockedId: userId }) },
  ]);
  const found = new Set(
    (await batchGet(keys, { consistent: false })).map(({ pk, sk }) => join(String(pk), String(sk))),
  );
  return new Set(keys.filter(({ pk, sk }) => found.has(join(pk, sk))).map(({ other }) => other));
}

/** AP-130 Whom a user has blocked, by id, after `after`. */
export async function listBlocks(
  tenant: TenantKey,
  userId: string,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<{ blocks: { userId: string; at: number }[]; more: boolean }> {
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': BlockEntity.key(tenant, { userId, blockedId: '' }).pk,
      ':first': page.after === undefined ? BLOCKED : `${BLOCKED}${page.after}\u0000`,
      ':last': `${BLOCKED}~`,
    },
    Limit: page.limit + 1,
  });
  const blocks = Items.slice(0, page.limit).map((item) => ({
    userId: String(item.sk).slice(BLOCKED.length),
    at: BlockEntity.fromItem(item).at,
  }));
  return { blocks, more: Items.length > page.limit };
}
