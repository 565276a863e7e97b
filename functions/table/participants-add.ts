import { type CancellationReason, documents, TransactionCanceledException } from '#aws/documents.ts';
import { MOST_TO_TELL } from '#domain/watermark.ts';
import type { TenantKey } from './entity.ts';
import { Overtaken } from './log/append-in-order.ts';
import { calmly, metOthers } from './log/contention.ts';
import { MemberEntity } from './member.ts';
import type { MemberCount } from './member-count.ts';
import { MessageEntity, type StoredMessage } from './message.ts';
import { counted, forgotten } from './participants-commit.ts';
import { tableName } from './table-name.ts';

/** Users that are added with one number and one transaction; with three more items and what is forgotten it stays below 100. */
export const MOST_AT_ONCE = 48;

/** Who is to be let in, by whom, at which number of the log. */
export interface Addition {
  readonly conversationId: string;
  readonly actor: string;
  /** Roles of which the actor must have one, still, when it is written. */
  readonly actorRoles: readonly string[];
  readonly userIds: readonly string[];
  readonly cap: number;
  /** Those of them of whom something was remembered: no longer. */
  readonly returning?: readonly string[];
  /** What was read of the counts, so that a ban given meanwhile is noticed, and a change with a greater number. */
  readonly seen: MemberCount;
  readonly seq: number;
  readonly at: number;
  /** Client id and digest of the operation: a repetition finds them in the entry. */
  readonly operationId: string;
  readonly hash: string;
}

/** Why nothing was written. `seq`: something lies at the number. */
export type NotAdded = 'seq' | 'actor' | 'cap' | 'members';

/**
 * AP-17 Let users in, all of them or none: members, their count under its cap, and the log's entry, while the actor
 * still has one of the roles and nobody was banned meanwhile. Answers the entry, or why nothing was written. Raises `Overtaken`.
 */
export async function addMembers(tenant: TenantKey, addition: Addition): Promise<StoredMessage | NotAdded> {
  const { conversationId, actor, actorRoles, userIds, cap, seen, seq, at } = addition;
  const large = seen.members + userIds.length > MOST_TO_TELL;
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
        counted(tenant, { conversationId, seq }, seen, { members: userIds.length, cap, seen }),
        ...userIds.map((userId) => ({
          Put: {
            TableName,
            Item: MemberEntity.toItem(
              tenant,
              { userId, conversationId, role: 'member', joinedAt: at, joinedSeq: seq, addedBy: actor },
              large ? 'large' : at,
            ),
            ConditionExpression: missing,
          },
        })),
        ...(addition.returning ?? []).map((userId) => forgotten(tenant, { conversationId, userId })),
      ]),
    );
    return entry;
  } catch (error) {
    if (metOthers(error)) throw new Overtaken();
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
