import { documents } from '#aws/documents.ts';
import {
  type Counted,
  isMention,
  mentionsAfter,
  type Reader,
  type Unread,
  unreadByCounters,
  unreadByHand,
} from '#domain/unread.ts';
import { inSight, type Sight, sightOf } from '#domain/visibility.ts';
import { batchGet } from './batch-get.ts';
import type { Head } from './conversation.ts';
import { digits, type Item, join, type TenantKey } from './entity.ts';
import { hiddenBetween } from './hidden.ts';
import type { Member } from './member.ts';
import { mentionedAt } from './mention.ts';
import { logPartition, MessageEntity, seqOf } from './message.ts';
import { StoredMentions } from './message-parts.ts';
import { TABLE } from './schema.ts';
import { speakerKey } from './speakers.ts';
import { tableName } from './table-name.ts';
import { rulesOf } from './tenant-settings.ts';
import { type MemberState, markerOf, statesOf } from './watermark.ts';

/** A stored message, or a void, as somebody who counts sees it. */
const countedOf = (item: Item): Counted => {
  const seq = seqOf(item.sk);
  if (item[TABLE.entity] !== MessageEntity.type) return { kind: 'void', seq };
  const { type } = item.b as { type: string };
  return type === 'system'
    ? { kind: 'system', seq }
    : {
        kind: 'message',
        seq,
        sent: String(item.u),
        deleted: type === 'deleted',
        calls: item.m === undefined ? undefined : StoredMentions.parse(item.m),
      };
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
async function unreadInLog(
  tenant: TenantKey,
  conversationId: string,
  reader: Reader,
  { last, sight }: { readonly last: number; readonly sight: Sight },
): Promise<Unread> {
  const hidden = await hiddenBetween(tenant, { conversationId, userId: reader.userId }, sight, [
    reader.marker.seq + 1,
    last,
  ]);
  let [unread, mentions] = [0, 0];
  for (let before = last; before > reader.marker.seq; ) {
    const { Items, LastEvaluatedKey } = await documents.query({
      TableName: tableName(),
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ProjectionExpression: 'sk, #ty, u, a, b.#type, #m',
      ExpressionAttributeNames: { '#ty': TABLE.entity, '#type': 'type', '#m': 'm' },
      ExpressionAttributeValues: {
        ':pk': logPartition(tenant, conversationId),
        ':first': join('M', digits(reader.marker.seq + 1)),
        ':last': join('M', digits(before)),
      },
      ScanIndexForward: false,
    });
    // Those out of sight or hidden count as what has been deleted.
    const seen = (item: Item) => inSight(sight, seqOf(item.sk), Number(item.a)) && !hidden.has(seqOf(item.sk));
    const counted = unreadByHand(
      Items.map((item) => {
        const one = countedOf(item);
        return one.kind === 'message' && !seen(item) ? { ...one, deleted: true } : one;
      }),
      reader,
    );
    unread += counted.unread;
    mentions += counted.mentions;
    const oldest = Items.at(-1);
    const beyond = oldest !== undefined && Number(oldest.a) < sight.since - SKEW_MS;
    if (counted.done || beyond || !LastEvaluatedKey) break;
    before = seqOf(LastEvaluatedKey.sk) - 1;
  }
  return { unread, mentions };
}

/** AP-173 Mentions of a reader after a number: where the log says that there were any, in the messages as they are now. */
async function mentionsInLog(tenant: TenantKey, conversationId: string, userId: string, after: number, last: number) {
  const numbers = await mentionedAt(tenant, conversationId, userId, { first: after + 1, last });
  const keys = numbers.map((seq) => MessageEntity.key(tenant, { conversationId, seq }));
  const items = await batchGet(keys, { consistent: false });
  return items.filter((item) => isMention(countedOf(item), userId)).length;
}

/**
 * Messages by others after a member's marker that they see at `at` (ms), and those of them that mention the member, exactly:
 * by counters, or in the log where those do not tell (docs/adr/0006). A number that was taken and not filled counts until it
 * is given a void, which whoever reads the history does.
 */
export async function countUnread(
  tenant: TenantKey,
  conversationId: string,
  head: Head,
  member: MemberState,
  at: number,
): Promise<Unread> {
  const reader = readerOf(head, member);
  const counted = unreadByCounters(head, reader);
  if (counted === 0) return NOTHING;
  const { retention } = await rulesOf(tenant, at);
  const sight = sightOf(head, member, retention, at);
  const whole =
    counted !== undefined &&
    (sight.hidden?.last ?? 0) <= reader.marker.seq &&
    (head.createdAt >= sight.since || (await isKept(tenant, conversationId, reader.marker.seq, sight)));
  const after = mentionsAfter(head, reader);
  if (!whole || after === 'unknown') return unreadInLog(tenant, conversationId, reader, { last: head.seq, sight });
  if (after === 'none') return { unread: counted, mentions: 0 };
  return {
    unread: counted,
    mentions: await mentionsInLog(tenant, conversationId, reader.userId, after, head.seq),
  };
}

/** Clocks of two functions may be this far apart (ms): times of a log need not rise with its numbers. */
const SKEW_MS = 60_000;

/** AP-265 Whether all messages after a number are still kept: the first of them is. */
async function isKept(tenant: TenantKey, conversationId: string, after: number, sight: Sight): Promise<boolean> {
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ProjectionExpression: 'a',
    ExpressionAttributeValues: {
      ':pk': logPartition(tenant, conversationId),
      ':first': join('M', digits(after + 1)),
      ':last': 'M#~',
    },
    Limit: 1,
  });
  return Items.every(({ a }) => Number(a) >= sight.since + SKEW_MS);
}

export const NOTHING: Unread = { unread: 0, mentions: 0 };

/**
 * Unread counts of one user in several conversations, by id; those that are left out have none. Who wrote last has read
 * everything: only for the others a marker is read.
 */
export async function countUnreadIn(
  tenant: TenantKey,
  userId: string,
  found: readonly { readonly member: Pick<Member, 'conversationId'>; readonly head: Head }[],
  at: number,
): Promise<Map<string, Unread>> {
  const open = found.filter(({ head }) => head.last?.by !== userId || head.lastSeq === undefined);
  const states = await statesOf(
    tenant,
    userId,
    open.map(({ member }) => member.conversationId),
  );
  const counts = await Promise.all(
    open.map(async ({ member: { conversationId }, head }): Promise<[string, Unread]> => {
      const state = states.get(conversationId);
      return [conversationId, state ? await countUnread(tenant, conversationId, head, state, at) : NOTHING];
    }),
  );
  return new Map(counts);
}
