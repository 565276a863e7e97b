import { type CancellationReason, documents, TransactionCanceledException } from '#aws/documents.ts';
import { batchGet } from './batch-get.ts';
import type { TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import { MemberEntity } from './member.ts';
import { MemberCountEntity } from './member-count.ts';
import { MessageEntity, type StoredMessage } from './message.ts';
import { tableName } from './table-name.ts';

/** Users that are added with one number and one transaction; with three more items it stays below 100. */
export const MOST_AT_ONCE = 50;

/** Who is to be let in, by whom, at which number of the log. */
export interface Addition {
  readonly conversationId: string;
  readonly actor: string;
  /** Roles of which the actor must have one, still, when it is written. */
  readonly actorRoles: readonly string[];
  readonly userIds: readonly string[];
  readonly cap: number;
  readonly seq: number;
  readonly at: number;
  /** Client id and digest of the operation: a repetition finds them in the entry. */
  readonly operationId: string;
  readonly hash: string;
}

/** Why nothing was written. `seq`: something lies at the number. */
export type NotAdded = 'seq' | 'actor' | 'cap' | 'members';

/** AP-16 Which of these users are members, consistently. */
export async function membersAmong(
  tenant: TenantKey,
  conversationId: string,
  userIds: readonly string[],
): Promise<Set<string>> {
  const keys = userIds.map((userId) => MemberEntity.key(tenant, { conversationId, userId }));
  return new Set((await batchGet(keys, { consistent: true })).map((item) => MemberEntity.fromItem(item).userId));
}

/**
 * AP-17 Let users in, all of them or none: members, their count under its cap, and the log's entry, while the actor
 * still has one of the roles. Answers the entry, or why nothing was written.
 */
export async function addMembers(tenant: TenantKey, addition: Addition): Promise<StoredMessage | NotAdded> {
  const { conversationId, actor, actorRoles, userIds, cap, seq, at } = addition;
  const TableName = tableName();
  const entry: StoredMessage = {
    u: actor,
    c: addition.operationId,
    h: addition.hash,
    b: { type: 'system', kind: 'participants_added', userIds: [...userIds] },
    a: at,
    v: 1,
  };
  const missing = 'attribute_not_exists(pk)';
  try {
    await calmly(() =>
      documents.transactWrite([
        {
          Put: {
            TableName,
            Item: MessageEntity.toItem(tenant, { conversationId, seq }, entry),
            ConditionExpression: missing,
          },
        },
        {
          ConditionCheck: {
            TableName,
            Key: MemberEntity.key(tenant, { conversationId, userId: actor }),
            ConditionExpression: `#role IN (${actorRoles.map((_, index) => `:role${index}`).join(', ')})`,
            ExpressionAttributeNames: { '#role': 'role' },
            ExpressionAttributeValues: Object.fromEntries(actorRoles.map((role, index) => [`:role${index}`, role])),
          },
        },
        {
          Update: {
            TableName,
            Key: MemberCountEntity.key(tenant, conversationId),
            UpdateExpression: 'SET #members = #members + :n',
            ConditionExpression: '#members <= :room',
            ExpressionAttributeNames: { '#members': 'members' },
            ExpressionAttributeValues: { ':n': userIds.length, ':room': cap - userIds.length },
          },
        },
        ...userIds.map((userId) => ({
          Put: {
            TableName,
            Item: MemberEntity.toItem(
              tenant,
              { userId, conversationId, role: 'member', joinedAt: at, joinedSeq: seq, addedBy: actor },
              at,
            ),
            ConditionExpression: missing,
          },
        })),
      ]),
    );
    return entry;
  } catch (error) {
    const reason =
      error instanceof TransactionCanceledException ? reasonOf(error.CancellationReasons ?? []) : undefined;
    if (reason) return reason;
    throw error;
  }
}

/** The first failed condition, in the order of the transaction's items. */
const reasonOf = (reasons: readonly CancellationReason[]): NotAdded | undefined => {
  const failed = reasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
  return failed < 0 ? undefined : ((['seq', 'actor', 'cap'] as const)[failed] ?? 'members');
};
