import type * as z from 'zod';
import { documents } from '#aws/documents.ts';
import { MessageType } from '#contract/message-bodies.ts';
import { type ConversationSettings, DEFAULT_SETTINGS } from '#contract/settings.ts';
import type { Notice } from '#domain/notification.ts';
import { batchGet } from './batch-get.ts';
import { BlockEntity } from './block.ts';
import { conversationPartition } from './conversation.ts';
import { digits, type Item, join, type TenantKey } from './entity.ts';
import { MemberEntity } from './member.ts';
import { MemberCountEntity } from './member-count.ts';
import { logPartition, MessageEntity, seqOf } from './message.ts';
import { StoredMentions } from './message-parts.ts';
import { StoredPlace } from './message-thread.ts';
import { TABLE } from './schema.ts';
import { ProfileEntity } from './settings.ts';
import { tableName } from './table-name.ts';
import { ThreadMemberEntity } from './thread-member.ts';
import { type MemberState, memberStateOf } from './watermark.ts';

/** A message that may notify somebody, with what an event says of it. */
export interface StoredNotice extends Notice {
  readonly kind: z.output<typeof MessageType>;
  /** When it was stored: milliseconds. */
  readonly at: number;
  /** The root of the thread that it is a reply in. */
  readonly root: number | undefined;
}

const noticeOf = (item: Item): StoredNotice[] => {
  // A void, or a message that was imported: it was said long ago and elsewhere.
  if (item[TABLE.entity] !== MessageEntity.type || item.s !== undefined) return [];
  const kind = MessageType.safeParse((item.b as { type: unknown } | undefined)?.type);
  if (!kind.success) return [];
  const calls = item.m === undefined ? undefined : StoredMentions.parse(item.m);
  const root = StoredPlace.optional().parse(item.t)?.r;
  return [{ seq: seqOf(item.sk), by: String(item.u), kind: kind.data, at: Number(item.a), calls, root }];
};

/** AP-410 The messages of a stretch of a log, both ends included, as they are now, without what they say. */
export async function noticesBetween(
  tenant: TenantKey,
  conversationId: string,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<StoredNotice[]> {
  const notices: StoredNotice[] = [];
  for (let from: Item | undefined, more = true; more; ) {
    const { Items, LastEvaluatedKey } = await documents.query({
      TableName: tableName(),
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ProjectionExpression: 'sk, #ty, u, a, s, t, b.#type, #m',
      ExpressionAttributeNames: { '#ty': TABLE.entity, '#type': 'type', '#m': 'm' },
      ExpressionAttributeValues: {
        ':pk': logPartition(tenant, conversationId),
        ':first': join('M', digits(first)),
        ':last': join('M', digits(last)),
      },
      ...(from ? { ExclusiveStartKey: from } : {}),
    });
    notices.push(...Items.flatMap(noticeOf));
    from = LastEvaluatedKey;
    more = from !== undefined;
  }
  return notices;
}

/** AP-411 How many members a conversation has, and what those who have set nothing are notified of; 0 when there is none. */
export async function notifyingRoom(
  tenant: TenantKey,
  conversationId: string,
): Promise<{ members: number; usual: ConversationSettings['notifications'] }> {
  const items = await batchGet(
    [MemberCountEntity.key(tenant, conversationId), ProfileEntity.key(tenant, conversationId)],
    { consistent: false },
  );
  const of = (type: string) => items.find(({ ty }) => ty === type);
  const [count, profile] = [of(MemberCountEntity.type), of(ProfileEntity.type)];
  return {
    members: count ? MemberCountEntity.fromItem(count).members : 0,
    usual: (profile ? ProfileEntity.fromItem(profile).settings : DEFAULT_SETTINGS).notifications,
  };
}

/** AP-412 A page of a conversation's members with their markers and settings, by user id: eventually consistent. */
export async function membersAfter(
  tenant: TenantKey,
  conversationId: string,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<MemberState[]> {
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': conversationPartition(tenant, conversationId),
      // The byte before every user id's own characters, so that the one before does not come back.
      ':first': page.after === undefined ? 'P#' : `P#${page.after}\u0000`,
      ':last': 'P#~',
    },
    Limit: page.limit,
  });
  return Items.map(memberStateOf);
}

/** AP-413 Those of some users who are members of a conversation, with their markers and settings. */
export async function membersNamed(
  tenant: TenantKey,
  conversationId: string,
  userIds: readonly string[],
): Promise<MemberState[]> {
  const keys = userIds.map((userId) => MemberEntity.key(tenant, { conversationId, userId }));
  return (await batchGet(keys, { consistent: false })).map(memberStateOf);
}

/** AP-418 Whether a user has muted a thread of a conversation, asked of many at once: half a read unit each. */
export async function mutesAmong(
  tenant: TenantKey,
  conversationId: string,
  asked: readonly { readonly userId: string; readonly root: number }[],
): Promise<(userId: string, root: number) => boolean> {
  const keyOf = (userId: string, root: number) => ThreadMemberEntity.key(tenant, { conversationId, root, userId });
  const keys = asked.map(({ userId, root }) => keyOf(userId, root));
  const items = keys.length > 0 ? await batchGet(keys, { consistent: false }) : [];
  const muted = new Set(
    items.filter((item) => ThreadMemberEntity.fromItem(item).state === 'muted').map(({ pk, sk }) => `${pk}\n${sk}`),
  );
  return (userId, root) => {
    const { pk, sk } = keyOf(userId, root);
    return muted.has(`${pk}\n${sk}`);
  };
}

/** AP-414 Whether one user has blocked another, asked of many pairs at once: half a read unit a pair. */
export async function blocksAmong(
  tenant: TenantKey,
  pairs: readonly { readonly userId: string; readonly blockedId: string }[],
): Promise<(userId: string, blockedId: string) => boolean> {
  const nameOf = (userId: string, blockedId: string): string => {
    const { pk, sk } = BlockEntity.key(tenant, { userId, blockedId });
    return `${pk}\n${sk}`;
  };
  const keys = pairs.map((pair) => BlockEntity.key(tenant, pair));
  const items = keys.length > 0 ? await batchGet(keys, { consistent: false }) : [];
  const found = new Set(items.map(({ pk, sk }) => `${pk}\n${sk}`));
  return (userId, blockedId) => found.has(nameOf(userId, blockedId));
}
