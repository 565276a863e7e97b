import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { MySettings } from '#contract/member-settings.ts';
import type { Marker } from '#domain/unread.ts';
import { batchGet } from './batch-get.ts';
import { type Head, HeadEntity } from './conversation.ts';
import type { Item, TenantKey } from './entity.ts';
import { Member, MemberEntity } from './member.ts';
import { MemberCountEntity } from './member-count.ts';
import { tableName } from './table-name.ts';

/**
 * A membership with what only its member changes: `readSeq` and the counters there, `deliveredSeq`, `ownN` (the counter at
 * an own message that the head has forgotten), `bumped` (what was read when others last moved it up the list), `mine`.
 * Of these the by-user index holds `mine` alone.
 */
export const MemberState = Member.extend({
  readSeq: z.number().optional(),
  readN: z.number().optional(),
  readG: z.number().optional(),
  deliveredSeq: z.number().optional(),
  ownN: z.number().optional(),
  bumped: z.number().optional(),
  mine: MySettings.optional(),
});
export type MemberState = z.output<typeof MemberState>;

/** A membership with its member's own state. */
export const memberStateOf = (item: Item): MemberState => MemberState.parse(item);

/** Where somebody's reading begins: at what they read last or, before that, where they came in. */
export const markerOf = ({ readSeq, readN, readG, joinedSeq }: MemberState): Marker =>
  readSeq === undefined ? { seq: joinedSeq } : { seq: readSeq, n: readN, g: readG };

/** AP-80 A conversation's head, one user's membership with their state, and how many members there are, consistently. */
export async function findStanding(
  tenant: TenantKey,
  conversationId: string,
  userId: string,
): Promise<{ head: Head; member: MemberState; members: number } | undefined> {
  const items = await batchGet(
    [
      HeadEntity.key(tenant, conversationId),
      MemberEntity.key(tenant, { conversationId, userId }),
      MemberCountEntity.key(tenant, conversationId),
    ],
    { consistent: true },
  );
  const of = (type: string) => items.find(({ ty }) => ty === type);
  const [head, member, count] = [of(HeadEntity.type), of(MemberEntity.type), of(MemberCountEntity.type)];
  if (!head || !member) return undefined;
  return {
    head: HeadEntity.fromItem(head),
    member: memberStateOf(member),
    members: count ? MemberCountEntity.fromItem(count).members : 0,
  };
}

type Who = { readonly conversationId: string; readonly userId: string };

const updateIf = async (
  tenant: TenantKey,
  who: Who,
  { set, condition, values }: { set: string; condition: string; values: Record<string, unknown> },
): Promise<boolean> => {
  try {
    await documents.update({
      TableName: tableName(),
      Key: MemberEntity.key(tenant, who),
      UpdateExpression: set,
      ConditionExpression: `attribute_exists(pk) AND (${condition})`,
      ExpressionAttributeValues: values,
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

/** AP-81 Move a read marker, never back; false when it is there or further already, or its member has gone. */
export const moveRead = (tenant: TenantKey, who: Who, { seq, n, g }: Marker): Promise<boolean> => {
  const known = n !== undefined && g !== undefined;
  return updateIf(tenant, who, {
    set: known ? 'SET readSeq = :seq, readN = :n, readG = :g' : 'SET readSeq = :seq REMOVE readN, readG',
    condition: 'attribute_not_exists(readSeq) OR readSeq < :seq',
    values: { ':seq': seq, ...(known ? { ':n': n, ':g': g } : {}) },
  });
};

/** AP-82 Move a delivery marker, never back; false when it is there or further already, or its member has gone. */
export const moveDelivered = (tenant: TenantKey, who: Who, seq: number): Promise<boolean> =>
  updateIf(tenant, who, {
    set: 'SET deliveredSeq = :seq',
    condition: 'attribute_not_exists(deliveredSeq) OR deliveredSeq < :seq',
    values: { ':seq': seq },
  });

/** AP-83 Keep with a member what the head is about to forget of their last message. */
export const keepSpoken = (tenant: TenantKey, who: Who, n: number): Promise<boolean> =>
  updateIf(tenant, who, {
    set: 'SET ownN = :n',
    condition: 'attribute_not_exists(ownN) OR ownN < :n',
    values: { ':n': n },
  });

/** AP-84 Forget speakers in the head, each only while it says what was kept. */
export async function forgetSpeakers(
  tenant: TenantKey,
  conversationId: string,
  speakers: readonly (readonly [attribute: string, n: number])[],
): Promise<boolean> {
  try {
    await documents.update({
      TableName: tableName(),
      Key: HeadEntity.key(tenant, conversationId),
      UpdateExpression: `REMOVE ${speakers.map((_, index) => `#s${index}`).join(', ')}`,
      ConditionExpression: speakers.map((_, index) => `#s${index} = :s${index}`).join(' AND '),
      ExpressionAttributeNames: Object.fromEntries(speakers.map(([name], index) => [`#s${index}`, name])),
      ExpressionAttributeValues: Object.fromEntries(speakers.map(([, n], index) => [`:s${index}`, n])),
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** AP-85 The states of one user in several conversations, by conversation id: eventually consistent. */
export async function statesOf(
  tenant: TenantKey,
  userId: string,
  conversationIds: readonly string[],
): Promise<Map<string, MemberState>> {
  const items = await batchGet(
    conversationIds.map((conversationId) => MemberEntity.key(tenant, { conversationId, userId })),
    { consistent: false },
  );
  return new Map(items.map(memberStateOf).map((member) => [member.conversationId, member]));
}

/** AP-86 Put one's own settings of a conversation; false when one is not in it. */
export const putMySettings = (tenant: TenantKey, who: Who, mine: MySettings): Promise<boolean> =>
  updateIf(tenant, who, { set: 'SET mine = :mine', condition: 'attribute_exists(sk)', values: { ':mine': mine } });
