import * as z from 'zod';
import { documents, pagesOf } from '#aws/documents.ts';
import type { Mentions } from '#contract/message-parts.ts';
import { type Called, mentions, type Room } from '#domain/message-parts.ts';
import { batchGet } from './batch-get.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { MemberEntity } from './member.ts';
import { MemberCountEntity } from './member-count.ts';
import { logPartition, type MessageKey, seqOf } from './message.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/**
 * Whom a message has ever mentioned, beside it in the log: `u` users, `a` all. Written before the message, or its edit, and
 * only added to, so that who is not named here is not mentioned. Whether a message still mentions them, it says itself
 * (docs/adr/0006).
 */
export const MentionEntity = entity({
  type: 'mention',
  schema: z.object({ u: z.set(z.string()).optional(), a: z.literal(true).optional() }),
  key: (tenant: TenantKey, { conversationId, seq }: MessageKey): Key => ({
    pk: logPartition(tenant, conversationId),
    sk: join('N', digits(seq)),
  }),
});

/** AP-171 Note whom the message at a number is about to mention: one write unit, however many they are. */
export async function noteMentions(tenant: TenantKey, key: MessageKey, { u = [], a }: Called): Promise<void> {
  await documents.update({
    TableName: tableName(),
    Key: MentionEntity.key(tenant, key),
    UpdateExpression: `SET #type = :type${a ? ', #a = :all' : ''}${u.length > 0 ? ' ADD #u :users' : ''}`,
    ExpressionAttributeNames: {
      '#type': TABLE.entity,
      ...(a ? { '#a': 'a' } : {}),
      ...(u.length > 0 ? { '#u': 'u' } : {}),
    },
    ExpressionAttributeValues: {
      ':type': MentionEntity.type,
      ...(a ? { ':all': true } : {}),
      ...(u.length > 0 ? { ':users': new Set(u) } : {}),
    },
  });
}

/** AP-172 Numbers of messages in a stretch of a log, both ends included, that have ever mentioned a user. */
export async function mentionedAt(
  tenant: TenantKey,
  conversationId: string,
  userId: string,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<number[]> {
  const pages = pagesOf({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': logPartition(tenant, conversationId),
      ':first': join('N', digits(first)),
      ':last': join('N', digits(last)),
    },
  });
  const numbers: number[] = [];
  for await (const items of pages)
    for (const item of items) {
      const { u, a } = MentionEntity.fromItem(item);
      if (mentions({ u: [...(u ?? [])], a }, userId)) numbers.push(seqOf(item.sk));
    }
  return numbers;
}

/** AP-170 Who of the mentioned is in a conversation and, for a mention of all, how many are; consistently, in one call. */
export async function roomFor(tenant: TenantKey, conversationId: string, { userIds, all }: Mentions): Promise<Room> {
  const items = await batchGet(
    [
      ...userIds.map((userId) => MemberEntity.key(tenant, { conversationId, userId })),
      ...(all ? [MemberCountEntity.key(tenant, conversationId)] : []),
    ],
    { consistent: true },
  );
  const count = items.find(({ ty }) => ty === MemberCountEntity.type);
  return {
    present: new Set(items.filter(({ ty }) => ty === MemberEntity.type).map(({ userId }) => String(userId))),
    // Not read, or not there: nobody may take it for a small one.
    members: count ? MemberCountEntity.fromItem(count).members : Number.POSITIVE_INFINITY,
  };
}
