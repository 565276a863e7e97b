import { documents, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';
import { MOST_TO_TELL } from '#domain/watermark.ts';
import type { TenantKey } from './entity.ts';
import { Overtaken } from './log/append-in-order.ts';
import { calmly, metOthers } from './log/contention.ts';
import { grantedSeqOf, type Member, MemberEntity } from './member.ts';
import { type MemberCount, MemberCountEntity } from './member-count.ts';
import { type Standing, StandingEntity } from './member-standing.ts';
import { MessageEntity, type MessageKey, type StoredMessage } from './message.ts';
import { tableName } from './table-name.ts';

/** Part of a membership change: one write or check, on its own condition. */
export type Part = TransactItem;

/** On condition that a membership is the one that was read: the same role, given by the same number of the log. */
const unchanged = (member: Member) => ({
  ConditionExpression:
    member.grantedSeq === undefined
      ? '#role = :role AND #joinedSeq = :seq AND attribute_not_exists(#grantedSeq)'
      : '#role = :role AND #grantedSeq = :seq',
  ExpressionAttributeNames: {
    '#role': 'role',
    '#grantedSeq': 'grantedSeq',
    ...(member.grantedSeq === undefined ? { '#joinedSeq': 'joinedSeq' } : {}),
  },
  ExpressionAttributeValues: { ':role': member.role, ':seq': grantedSeqOf(member) },
});

/** Part of a membership change: this member still is what they were when it was decided. */
export const stillIs = (tenant: TenantKey, member: Member): TransactItem => ({
  ConditionCheck: { TableName: tableName(), Key: MemberEntity.key(tenant, member), ...unchanged(member) },
});

/** Part of a membership change: this user is not a member. */
export const isOutside = (tenant: TenantKey, place: { conversationId: string; userId: string }): TransactItem => ({
  ConditionCheck: {
    TableName: tableName(),
    Key: MemberEntity.key(tenant, place),
    ConditionExpression: 'attribute_not_exists(pk)',
  },
});

/** A member is changed in the order of the log: raises `Overtaken` when a later number made them what was read. */
const comesAfter = (member: Member, seq: number): void => {
  if (grantedSeqOf(member) >= seq) throw new Overtaken();
};

/** Part of a membership change: the member goes, by number `seq`. Raises `Overtaken`. */
export const goes = (tenant: TenantKey, member: Member, seq: number): TransactItem => {
  comesAfter(member, seq);
  return { Delete: { TableName: tableName(), Key: MemberEntity.key(tenant, member), ...unchanged(member) } };
};

/** Part of a membership change: a new member comes, into a conversation of so many with them. */
export const comes = (tenant: TenantKey, member: Member, members: number): TransactItem => ({
  Put: {
    TableName: tableName(),
    Item: MemberEntity.toItem(tenant, member, members > MOST_TO_TELL ? 'large' : member.joinedAt),
    ConditionExpression: 'attribute_not_exists(pk)',
  },
});

/** Part of a membership change: the member has another role, given by number `seq`. Raises `Overtaken`. */
export const becomes = (tenant: TenantKey, member: Member, role: Member['role'], seq: number): TransactItem => {
  comesAfter(member, seq);
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = unchanged(member);
  return {
    Update: {
      TableName: tableName(),
      Key: MemberEntity.key(tenant, member),
      UpdateExpression: 'SET #role = :new, #grantedSeq = :by',
      ConditionExpression,
      ExpressionAttributeNames,
      ExpressionAttributeValues: { ...ExpressionAttributeValues, ':new': role, ':by': seq },
    },
  };
};

/** Part of a membership change: this is remembered of somebody who is not a member. */
export const remembered = (tenant: TenantKey, conversationId: string, standing: Standing): TransactItem => ({
  Put: { TableName: tableName(), Item: StandingEntity.toItem(tenant, conversationId, standing) },
});

/** Part of a membership change: nothing is remembered of this user. */
export const forgotten = (tenant: TenantKey, place: { conversationId: string; userId: string }): TransactItem => ({
  Delete: { TableName: tableName(), Key: StandingEntity.key(tenant, place) },
});

/** How a membership change counts. */
export interface Counting {
  readonly members?: number;
  readonly owners?: number;
  /** Most members there may be; for those who come. */
  readonly cap?: number;
  /** What was read of the counts: on condition that no standing has changed since. */
  readonly seen?: { readonly standings?: number | undefined };
  /** True when a standing changes. */
  readonly standings?: boolean;
  /** True when somebody goes or gets a lower role. */
  readonly falls?: boolean;
  /** What was read of the counts before the rights of whom nothing else checks: on condition that nobody has fallen since. */
  readonly steady?: { readonly falls?: number | undefined };
}

/**
 * Part of a membership change: the counts, exact because they change with what they count. At least one owner stays. They
 * change in the order of the log, and with them who is in: `before` is what was read of them. Raises `Overtaken`.
 */
export const counted = (
  tenant: TenantKey,
  { conversationId, seq }: MessageKey,
  before: Pick<MemberCount, 'last'>,
  { members = 0, owners = 0, cap, seen, standings = false, falls = false, steady }: Counting,
): TransactItem => {
  if ((before.last ?? 0) >= seq) throw new Overtaken();
  const conditions = ['attribute_exists(pk)', '(attribute_not_exists(#last) OR #last < :seq)'];
  if (owners < 0) conditions.push('#owners > :leaving');
  if (cap !== undefined) conditions.push('#members <= :room');
  if (seen)
    conditions.push(seen.standings === undefined ? 'attribute_not_exists(#standings)' : '#standings = :standings');
  if (steady) conditions.push(steady.falls === undefined ? 'attribute_not_exists(#falls)' : '#falls = :falls');
  return {
    Update: {
      TableName: tableName(),
      Key: MemberCountEntity.key(tenant, conversationId),
      UpdateExpression: `SET #last = :seq, #members = #members + :members, #owners = #owners + :owners${
        standings ? ', #standings = if_not_exists(#standings, :none) + :one' : ''
      }${falls ? ', #falls = if_not_exists(#falls, :none) + :one' : ''}`,
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeNames: {
        '#last': 'last',
        '#members': 'members',
        '#owners': 'owners',
        ...(standings || seen ? { '#standings': 'standings' } : {}),
        ...(falls || steady ? { '#falls': 'falls' } : {}),
      },
      ExpressionAttributeValues: {
        ':seq': seq,
        ':members': members,
        ':owners': owners,
        ...(owners < 0 ? { ':leaving': -owners } : {}),
        ...(cap === undefined ? {} : { ':room': cap - members }),
        ...(seen?.standings === undefined ? {} : { ':standings': seen.standings }),
        ...(steady?.falls === undefined ? {} : { ':falls': steady.falls }),
        ...(standings || falls ? { ':none': 0, ':one': 1 } : {}),
      },
    },
  };
};

/**
 * AP-162 Change memberships, all of it or nothing: the log's entry, and the parts each on its own condition. Answers
 * `seq` when something lies at the number, `changed` when a condition of a part no longer holds. Raises `Overtaken` when others are at
 * it all the time: one of them has a greater number.
 */
export async function commitMembership(
  tenant: TenantKey,
  place: MessageKey,
  entry: StoredMessage,
  parts: readonly TransactItem[],
): Promise<'stored' | 'seq' | 'changed'> {
  const put: TransactItem = {
    Put: {
      TableName: tableName(),
      Item: MessageEntity.toItem(tenant, place, entry),
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
  try {
    await calmly(() => documents.transactWrite([put, ...parts]));
    return 'stored';
  } catch (error) {
    if (metOthers(error)) throw new Overtaken();
    if (!(error instanceof TransactionCanceledException)) throw error;
    const failed = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (failed < 0) throw error;
    return failed === 0 ? 'seq' : 'changed';
  }
}
