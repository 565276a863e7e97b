import { documents } from '#aws/documents.ts';
import { type Counted, type Reader, unreadByCounters, unreadByHand } from '#domain/unread.ts';
import type { Head } from './conversation.ts';
import { digits, type Item, join, type TenantKey } from './entity.ts';
import { logPartition, MessageEntity, seqOf } from './message.ts';
import { TABLE } from './schema.ts';
import { speakerKey } from './speakers.ts';
import { tableName } from './table-name.ts';
import { type MemberState, markerOf } from './watermark.ts';

/** A stored message, or a void, as somebody who counts sees it. */
const countedOf = (item: Item): Counted => {
  const seq = seqOf(item.sk);
  if (item[TABLE.entity] !== MessageEntity.type) return { kind: 'void', seq };
  const { type } = item.b as { type: string };
  return type === 'system'
    ? { kind: 'system', seq }
    : { kind: 'message', seq, sent: String(item.u), deleted: type === 'deleted' };
};

/** Who counts: a member, with what the head and they themselves remember of the last message they sent. */
export const readerOf = (head: Head, member: MemberState): Reader => ({
  userId: member.userId,
  marker: markerOf(member),
  spoke: Math.max(head.speakers?.[speakerKey(member.userId)] ?? 0, member.ownN ?? 0),
});

/**
 * AP-87 Unread messages counted in the log, newest first, to the marker or to one's own last message: half a read unit for
 * about 30 messages.
 */
async function unreadInLog(tenant: TenantKey, conversationId: string, reader: Reader, last: number): Promise<number> {
  let unread = 0;
  for (let before = last; before > reader.marker.seq; ) {
    const { Items, LastEvaluatedKey } = await documents.query({
      TableName: tableName(),
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ProjectionExpression: 'sk, #ty, u, b.#type',
      ExpressionAttributeNames: { '#ty': TABLE.entity, '#type': 'type' },
      ExpressionAttributeValues: {
        ':pk': logPartition(tenant, conversationId),
        ':first': join('M', digits(reader.marker.seq + 1)),
        ':last': join('M', digits(before)),
      },
      ScanIndexForward: false,
    });
    const counted = unreadByHand(Items.map(countedOf), reader);
    unread += counted.unread;
    if (counted.done || !LastEvaluatedKey) break;
    before = seqOf(LastEvaluatedKey.sk) - 1;
  }
  return unread;
}

/**
 * Messages by others after a member's marker, exactly: by counters, or in the log where those do not tell (docs/adr/0006).
 * A number that was taken and not filled counts until it is given a void, which whoever reads the history does.
 */
export async function countUnread(
  tenant: TenantKey,
  conversationId: string,
  head: Head,
  member: MemberState,
): Promise<number> {
  const reader = readerOf(head, member);
  return unreadByCounters(head, reader) ?? unreadInLog(tenant, conversationId, reader, head.seq);
}
