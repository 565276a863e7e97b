import { ConditionalCheckFailedException, documents, pagesOf } from '#aws/documents.ts';
import type { Listener } from '#domain/bump.ts';
import { MOST_TO_TELL } from '#domain/watermark.ts';
import { batchGet } from './batch-get.ts';
import { type Head, HeadEntity } from './conversation.ts';
import type { Key, TenantKey } from './entity.ts';
import { type Member, MemberEntity } from './member.ts';
import { MessageEntity, type StoredMessage } from './message.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';
import type { ThreadKey } from './thread.ts';
import { followerPartition, type ThreadMember, ThreadMemberEntity, threadPlace } from './thread-member.ts';

const { name: INDEX, partitionKey: USER, sortKey: PLACE } = TABLE.byUser;

/** AP-187 Who follows a thread, with what decides whether it moves up in their lists; as many as lists are moved for, and one more. */
export async function followersOf(tenant: TenantKey, thread: ThreadKey): Promise<Listener[]> {
  const pages = pagesOf({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :members)',
    // Who follows is in the index, and only they.
    FilterExpression: 'attribute_exists(#place)',
    ProjectionExpression: 'sk, readSeq, bumped, #place',
    ExpressionAttributeNames: { '#place': PLACE },
    ExpressionAttributeValues: {
      ':pk': ThreadMemberEntity.key(tenant, { ...thread, userId: '' }).pk,
      ':members': 'P#',
    },
  });
  const followers: Listener[] = [];
  for await (const items of pages) {
    for (const item of items)
      followers.push({
        userId: String(item.sk).slice(2),
        readSeq: item.readSeq as number | undefined,
        bumped: item.bumped as number | undefined,
        activityAt: Number(String(item[PLACE]).split('#')[1]),
      });
    if (followers.length > MOST_TO_TELL) break;
  }
  return followers;
}

/** AP-188 Move a thread up in one follower's list, never down; nothing when it is there already or they have left it. */
export async function moveThreadUp(
  tenant: TenantKey,
  thread: ThreadKey,
  { userId, readSeq }: Listener,
  at: number,
): Promise<void> {
  try {
    await documents.update({
      TableName: tableName(),
      Key: ThreadMemberEntity.key(tenant, { ...thread, userId }),
      UpdateExpression: 'SET #place = :place, bumped = :bumped',
      ConditionExpression: '#place < :place',
      ExpressionAttributeNames: { '#place': PLACE },
      ExpressionAttributeValues: { ':place': threadPlace(at, thread), ':bumped': readSeq ?? 0 },
    });
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

/** A thread in its follower's list. */
export interface Followed extends ThreadKey {
  readonly place: string;
}

/** AP-189 The threads a user follows, by activity, newest first, before the place `before`. */
export async function listFollowed(
  tenant: TenantKey,
  userId: string,
  page: { readonly before: string | undefined; readonly limit: number },
): Promise<{ followed: Followed[]; more: boolean }> {
  const { Items } = await documents.query({
    TableName: tableName(),
    IndexName: INDEX,
    KeyConditionExpression: '#u = :u AND #s BETWEEN :first AND :before',
    ExpressionAttributeNames: { '#u': USER, '#s': PLACE },
    ExpressionAttributeValues: {
      ':u': followerPartition(tenant, userId),
      ':first': 'H#',
      ':before': page.before ?? 'H#~',
    },
    ScanIndexForward: false,
    // BETWEEN includes the place itself, which the last page showed already.
    Limit: page.limit + (page.before === undefined ? 1 : 2),
  });
  const found = Items.map((item) => String(item[PLACE]))
    .filter((place) => place !== page.before)
    .map((place): Followed => {
      const [, , conversationId = '', root = ''] = place.split('#');
      return { conversationId, root: Number(root), place };
    });
  return { followed: found.slice(0, page.limit), more: found.length > page.limit };
}

/** A thread in its follower's list, with all that is shown of it; undefined what is gone. */
export interface FollowedThread extends ThreadKey {
  readonly stored: StoredMessage | undefined;
  readonly head: Head | undefined;
  readonly member: Member | undefined;
  readonly mine: ThreadMember | undefined;
}

/** AP-191 Roots, conversations, memberships and standings of threads that a user follows, consistently, in their order. */
export async function readFollowed(
  tenant: TenantKey,
  userId: string,
  followed: readonly ThreadKey[],
): Promise<FollowedThread[]> {
  const places = followed.map((thread) => ({
    thread,
    stored: MessageEntity.key(tenant, { conversationId: thread.conversationId, seq: thread.root }),
    head: HeadEntity.key(tenant, thread.conversationId),
    member: MemberEntity.key(tenant, { conversationId: thread.conversationId, userId }),
    mine: ThreadMemberEntity.key(tenant, { ...thread, userId }),
  }));
  const items = await batchGet(
    places.flatMap(({ stored, head, member, mine }) => [stored, head, member, mine]),
    { consistent: true },
  );
  const found = new Map(items.map((item) => [`${String(item.pk)}\n${String(item.sk)}`, item]));
  return places.map(({ thread: { conversationId, root }, ...keys }) => {
    const item = ({ pk, sk }: Key) => found.get(`${pk}\n${sk}`);
    const [stored, head, member, mine] = [item(keys.stored), item(keys.head), item(keys.member), item(keys.mine)];
    return {
      conversationId,
      root,
      stored: stored?.[TABLE.entity] === MessageEntity.type ? MessageEntity.fromItem(stored) : undefined,
      head: head && HeadEntity.fromItem(head),
      member: member && MemberEntity.fromItem(member),
      mine: mine && ThreadMemberEntity.fromItem(mine),
    };
  });
}
