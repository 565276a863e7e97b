import * as z from 'zod';
import { ConditionalCheckFailedException, documents, pagesOf, type TransactItem } from '#aws/documents.ts';
import { MyThread, type Subscription } from '#contract/thread.ts';
import { takingPart } from '#domain/thread.ts';
import { type Counted, unreadByHand } from '#domain/unread.ts';
import { inSight, type Sight } from '#domain/visibility.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { hiddenBetween } from './hidden.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';
import { listReplies, type ThreadKey } from './thread.ts';

/**
 * What one user has to do with one thread. `state` and `reason` of their subscription, `replied` once they have, `readSeq`
 * their marker, `bumped` what that was when the thread was last moved up their list. In the by-user index while they follow.
 */
export const ThreadMember = z.object({
  userId: z.string(),
  state: MyThread.shape.subscription.optional(),
  reason: MyThread.shape.reason.optional(),
  replied: z.boolean().optional(),
  readSeq: z.number().optional(),
  bumped: z.number().optional(),
});
export type ThreadMember = z.output<typeof ThreadMember>;

export const ThreadMemberEntity = entity({
  type: 'thread-member',
  schema: ThreadMember,
  key: (tenant: TenantKey, { conversationId, root, userId }: ThreadKey & { readonly userId: string }): Key => ({
    pk: join(tenant, 'TH', conversationId, String(root)),
    sk: join('P', userId),
  }),
});

/** The partition of the by-user index that holds the threads a user follows. Not the one of their memberships. */
export const followerPartition = (tenant: TenantKey, userId: string): string => join(tenant, 'UT', userId);

/** Where a thread with this activity (ms) stands in its followers' lists. */
export const threadPlace = (activityAt: number, { conversationId, root }: ThreadKey): string =>
  join('H', digits(activityAt), conversationId, digits(root));

const { partitionKey: USER, sortKey: PLACE } = TABLE.byUser;

/** An update of a standing; `condition` is what was known of it. */
const standingBecomes = (
  tenant: TenantKey,
  thread: ThreadKey,
  userId: string,
  {
    state,
    reason,
    replied = false,
    at,
  }: {
    readonly state?: Subscription | undefined;
    readonly reason?: MyThread['reason'];
    readonly replied?: boolean;
    readonly at: number;
  },
) => {
  const follows = state === 'following';
  const sets = [
    '#userId = :userId',
    ...(state ? ['#state = :state', '#reason = :reason'] : []),
    ...(replied ? ['#replied = :true'] : []),
    // Moving a thread up is for replies: who follows already keeps its place.
    ...(follows ? ['#uk = :uk', '#us = if_not_exists(#us, :us)'] : []),
  ];
  return {
    TableName: tableName(),
    Key: ThreadMemberEntity.key(tenant, { ...thread, userId }),
    UpdateExpression: `SET ${[...sets, '#ty = :ty'].join(', ')}${state && !follows ? ' REMOVE #uk, #us' : ''}`,
    ExpressionAttributeNames: {
      '#userId': 'userId',
      '#ty': TABLE.entity,
      ...(state ? { '#state': 'state', '#reason': 'reason', '#uk': USER, '#us': PLACE } : {}),
      ...(replied ? { '#replied': 'replied' } : {}),
    },
    ExpressionAttributeValues: {
      ':userId': userId,
      ':ty': ThreadMemberEntity.type,
      ...(state ? { ':state': state, ':reason': reason ?? null } : {}),
      ...(replied ? { ':true': true } : {}),
      ...(follows ? { ':uk': followerPartition(tenant, userId), ':us': threadPlace(at, thread) } : {}),
    },
  };
};

/**
 * Part of a reply: that its author, or the root's, takes part, on condition that they stand as they were seen. Nothing for
 * somebody who follows, or has muted the thread, and has replied before or does not reply.
 */
export function partOf(
  tenant: TenantKey,
  thread: ThreadKey,
  userId: string,
  seen: ThreadMember | undefined,
  { reason, replied, at }: { readonly reason: 'author' | 'replied'; readonly replied: boolean; readonly at: number },
): readonly TransactItem[] {
  const next = takingPart(seen ?? {}, reason);
  if (!next && (seen?.replied || !replied)) return [];
  const update = standingBecomes(tenant, thread, userId, { ...next, replied, at });
  const same = seen?.state === undefined ? 'attribute_not_exists(#seen)' : '#seen = :seen';
  return [
    {
      Update: {
        ...update,
        ConditionExpression: `${same} AND ${seen?.replied ? 'attribute_exists' : 'attribute_not_exists'}(#done)`,
        ExpressionAttributeNames: { ...update.ExpressionAttributeNames, '#seen': 'state', '#done': 'replied' },
        ExpressionAttributeValues: {
          ...update.ExpressionAttributeValues,
          ...(seen?.state === undefined ? {} : { ':seen': seen.state }),
        },
      },
    },
  ];
}

/** AP-182 Let somebody follow a thread because they take part; false when they follow or have muted it already. */
export async function follow(
  tenant: TenantKey,
  thread: ThreadKey,
  userId: string,
  reason: 'author' | 'mentioned',
  at: number,
): Promise<boolean> {
  const update = standingBecomes(tenant, thread, userId, { state: 'following', reason, at });
  return updateIf({
    ...update,
    ConditionExpression: 'attribute_not_exists(#state) OR #state = :none',
    ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':none': 'none' },
  });
}

/** AP-183 Set one's own subscription of a thread. */
export async function subscribe(
  tenant: TenantKey,
  thread: ThreadKey,
  userId: string,
  state: Subscription,
  at: number,
): Promise<void> {
  await documents.update(standingBecomes(tenant, thread, userId, { state, reason: 'chosen', at }));
}

/** AP-184 Move a thread's read marker, never back; false when it is there or further already. */
export const moveThreadMarker = (tenant: TenantKey, thread: ThreadKey, userId: string, seq: number): Promise<boolean> =>
  updateIf({
    TableName: tableName(),
    Key: ThreadMemberEntity.key(tenant, { ...thread, userId }),
    UpdateExpression: 'SET readSeq = :seq, userId = :userId, #ty = :ty',
    ConditionExpression: 'attribute_not_exists(readSeq) OR readSeq < :seq',
    ExpressionAttributeNames: { '#ty': TABLE.entity },
    ExpressionAttributeValues: { ':seq': seq, ':userId': userId, ':ty': ThreadMemberEntity.type },
  });

const updateIf = async (input: Parameters<typeof documents.update>[0]): Promise<boolean> => {
  try {
    await documents.update(input);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

/** AP-185 One user's standing in a thread, consistently; undefined when there is none. */
export async function findThreadMember(
  tenant: TenantKey,
  thread: ThreadKey,
  userId: string,
): Promise<ThreadMember | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: ThreadMemberEntity.key(tenant, { ...thread, userId }),
    ConsistentRead: true,
  });
  return Item && ThreadMemberEntity.fromItem(Item);
}

/** A page of those who have replied in a thread, by user id, after `after`. AP-186 Participants of a thread by user id, consistently. */
export async function listRepliers(
  tenant: TenantKey,
  thread: ThreadKey,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<{ users: string[]; more: boolean }> {
  const pages = pagesOf({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    FilterExpression: 'replied = :true',
    ProjectionExpression: 'sk',
    ExpressionAttributeValues: {
      ':pk': ThreadMemberEntity.key(tenant, { ...thread, userId: '' }).pk,
      // The byte after every user id's own characters, so that the one the cursor names does not come back.
      ':first': page.after === undefined ? 'P#' : `P#${page.after}\u0000`,
      ':last': 'P#~',
      ':true': true,
    },
  });
  const users: string[] = [];
  for await (const items of pages) {
    users.push(...items.map(({ sk }) => String(sk).slice(2)));
    if (users.length > page.limit) break;
  }
  return { users: users.slice(0, page.limit), more: users.length > page.limit };
}

/** Replies read at a time to count unread ones. */
const STEP = 300;

/**
 * Unread replies of one user in a thread, exactly: newest first, to their marker or their last own reply, whichever is
 * later; half a read unit for about 30 of them. What is out of their sight counts as what has been deleted.
 */
export async function countUnreadReplies(
  tenant: TenantKey,
  thread: ThreadKey,
  userId: string,
  { readSeq, sight, last }: { readonly readSeq: number; readonly sight: Sight; readonly last: number },
): Promise<number> {
  const reader = { userId, marker: { seq: Math.max(readSeq, sight.from - 1) } };
  const { conversationId } = thread;
  const first = reader.marker.seq + 1;
  let unread = 0;
  for (let before = last; before >= first; ) {
    const stretch = await listReplies(tenant, thread, { first, last: before, newest: true, limit: STEP });
    const hidden = await hiddenBetween(tenant, { conversationId, userId }, sight, [first, before]);
    const counted = unreadByHand(
      stretch.replies.map(({ seq, by, at, deleted }): Counted => {
        const gone = deleted || !inSight(sight, seq, at) || hidden.has(seq);
        return { kind: 'message', seq, sent: by, deleted: gone };
      }),
      reader,
    );
    unread += counted.unread;
    if (counted.done || stretch.last === undefined) break;
    before = stretch.last - 1;
  }
  return unread;
}
