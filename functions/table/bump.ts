import { ConditionalCheckFailedException, documents, pagesOf } from '#aws/documents.ts';
import type { Listener } from '#domain/bump.ts';
import { conversationPartition, type Head } from './conversation.ts';
import type { TenantKey } from './entity.ts';
import { LARGE, largePlace, listPlace, MemberEntity } from './member.ts';
import { TABLE } from './schema.ts';
import { speakerAttributeOf, speakerKey } from './speakers.ts';
import { tableName } from './table-name.ts';
import { forgetSpeakers, keepSpoken } from './watermark.ts';

/** Speakers that a head holds before the ones who spoke longest ago are forgotten, and how many stay. */
const [MOST_SPEAKERS, KEPT_SPEAKERS] = [6, 3];
/** Messages after which a speaker who is no member any more is forgotten. */
const LONG_AGO = 1_000;

/** AP-90 All members with what decides whether their lists move. As many units as reading their ids alone. */
export async function listenersOf(tenant: TenantKey, conversationId: string): Promise<Listener[]> {
  const pages = pagesOf({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :members)',
    ProjectionExpression: 'sk, readSeq, bumped, #place',
    ExpressionAttributeNames: { '#place': TABLE.byUser.sortKey },
    ExpressionAttributeValues: { ':pk': conversationPartition(tenant, conversationId), ':members': 'P#' },
  });
  const listeners: Listener[] = [];
  for await (const items of pages)
    for (const item of items)
      listeners.push({
        userId: String(item.sk).slice(2),
        readSeq: item.readSeq as number | undefined,
        bumped: item.bumped as number | undefined,
        activityAt: activityAt(String(item[TABLE.byUser.sortKey])),
      });
  return listeners;
}

const activityAt = (place: string): number | undefined =>
  place.startsWith(LARGE) ? undefined : Number(place.split('#')[1]);

/** AP-91 Move a conversation up in one member's list, never down, or out of the large ones; false when it is there already. */
async function moveUp(
  tenant: TenantKey,
  conversationId: string,
  { userId, readSeq }: Listener,
  at: number,
): Promise<boolean> {
  try {
    await documents.update({
      TableName: tableName(),
      Key: MemberEntity.key(tenant, { conversationId, userId }),
      UpdateExpression: 'SET #place = :place, bumped = :bumped',
      ConditionExpression: 'attribute_exists(pk) AND (#place < :place OR begins_with(#place, :large))',
      ExpressionAttributeNames: { '#place': TABLE.byUser.sortKey },
      ExpressionAttributeValues: {
        ':place': listPlace(at, conversationId),
        ':bumped': readSeq ?? 0,
        ':large': LARGE,
      },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Moves a conversation up in the lists of some of its members: three write units each. */
export const moveUpFor = async (
  tenant: TenantKey,
  conversationId: string,
  listeners: readonly Listener[],
  at: number,
): Promise<void> => {
  await Promise.all(listeners.map((listener) => moveUp(tenant, conversationId, listener, at)));
};

/** AP-302 Put a conversation that has become large among the large ones of some members' lists: three write units each, once. */
export const setApartFor = async (
  tenant: TenantKey,
  conversationId: string,
  listeners: readonly Pick<Listener, 'userId'>[],
): Promise<void> => {
  await Promise.all(
    listeners.map(async ({ userId }) => {
      try {
        await documents.update({
          TableName: tableName(),
          Key: MemberEntity.key(tenant, { conversationId, userId }),
          UpdateExpression: 'SET #place = :place',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: { '#place': TABLE.byUser.sortKey },
          ExpressionAttributeValues: { ':place': largePlace(conversationId) },
        });
      } catch (error) {
        // They have left meanwhile.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    }),
  );
};

/**
 * Keeps the head small: what it says of those who spoke longest ago is first kept with them, then forgotten, each only as
 * it was read. Whoever dies between the two has changed nothing that counts.
 */
export async function settleSpeakers(
  tenant: TenantKey,
  conversationId: string,
  head: Head,
  members: readonly string[],
): Promise<void> {
  const speakers = Object.entries(head.speakers ?? {}).sort(([, a], [, b]) => a - b);
  if (speakers.length <= MOST_SPEAKERS) return;
  const byKey = new Map(members.map((userId) => [speakerKey(userId), userId]));
  const oldest = speakers
    .slice(0, speakers.length - KEPT_SPEAKERS)
    // Somebody not found may have come in after the members were read.
    .filter(([key, n]) => byKey.has(key) || (head.n ?? 0) - n > LONG_AGO);
  if (oldest.length === 0) return;
  await Promise.all(
    oldest.map(([key, n]) => {
      const userId = byKey.get(key);
      return userId && keepSpoken(tenant, { conversationId, userId }, n);
    }),
  );
  await forgetSpeakers(
    tenant,
    conversationId,
    oldest.map(([key, n]) => [speakerAttributeOf(key), n] as const),
  );
}
