import * as z from 'zod';
import { ConditionalCheckFailedException, documents, pagesOf } from '#aws/documents.ts';
import { type Hidden, type Sight, widened } from '#domain/visibility.ts';
import { batchGet } from './batch-get.ts';
import { conversationPartition } from './conversation.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { findMember, MemberEntity } from './member.ts';
import type { MessageKey } from './message.ts';
import { tableName } from './table-name.ts';

type Who = { readonly conversationId: string; readonly userId: string };

const prefixOf = (userId: string): string => join('H', userId, '');

/** That a member has hidden a message from themselves. Beside it the membership says between which numbers any lie. */
export const HiddenEntity = entity({
  type: 'hidden',
  schema: z.object({ a: z.number() }),
  key: (tenant: TenantKey, { conversationId, userId, seq }: Who & MessageKey): Key => ({
    pk: conversationPartition(tenant, conversationId),
    sk: `${prefixOf(userId)}${digits(seq)}`,
  }),
});

/** Tries of a range that another device of the member's widens at the same time. */
const TRIES = 8;

/**
 * AP-260 Say on a membership between which numbers its member has hidden messages, if it does not say so yet; false when
 * there is no membership.
 */
async function widen(tenant: TenantKey, who: Who, seq: number, known: Hidden | undefined): Promise<boolean> {
  let hidden = known;
  for (let attempt = 1; ; attempt++) {
    const next = widened(hidden, seq);
    if (!next) return true;
    try {
      await documents.update({
        TableName: tableName(),
        Key: MemberEntity.key(tenant, who),
        UpdateExpression: 'SET hid = :next',
        ConditionExpression: `attribute_exists(pk) AND ${hidden ? 'hid = :known' : 'attribute_not_exists(hid)'}`,
        ExpressionAttributeValues: { ':next': next, ...(hidden ? { ':known': hidden } : {}) },
      });
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException) || attempt === TRIES) throw error;
      const member = await findMember(tenant, who.conversationId, who.userId);
      if (!member) return false;
      hidden = member.hid;
    }
  }
}

/**
 * AP-261 Hide a message from one member: first the range, then the message, so that whoever dies between the two has only
 * made that member's pages ask once more. False when there is no membership.
 */
export async function hide(
  tenant: TenantKey,
  who: Who,
  { seq, known, at }: { readonly seq: number; readonly known: Hidden | undefined; readonly at: number },
): Promise<boolean> {
  if (!(await widen(tenant, who, seq, known))) return false;
  await documents.put({ TableName: tableName(), Item: HiddenEntity.toItem(tenant, { ...who, seq }, { a: at }) });
  return true;
}

/** AP-262 Which numbers between two a member has hidden: one query, and none where the membership says that none is there. */
export async function hiddenBetween(
  tenant: TenantKey,
  { conversationId, userId }: Who,
  { hidden }: Sight,
  [first, last]: readonly [number, number],
): Promise<ReadonlySet<number>> {
  const [from, to] = hidden ? [Math.max(first, hidden.first), Math.min(last, hidden.last)] : [1, 0];
  const seqs = new Set<number>();
  if (from > to) return seqs;
  const pages = pagesOf({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ProjectionExpression: 'sk',
    ExpressionAttributeValues: {
      ':pk': conversationPartition(tenant, conversationId),
      ':first': `${prefixOf(userId)}${digits(from)}`,
      ':last': `${prefixOf(userId)}${digits(to)}`,
    },
  });
  for await (const items of pages) for (const { sk } of items) seqs.add(seqOfHidden(sk));
  return seqs;
}

const seqOfHidden = (sk: unknown): number => Number(String(sk).slice(-15));

/** AP-263 Which of these messages a user has hidden, by conversation id and number. */
export async function hiddenAmong(
  tenant: TenantKey,
  userId: string,
  messages: readonly MessageKey[],
): Promise<(message: MessageKey) => boolean> {
  const nameOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;
  const keys = messages.map((message) => HiddenEntity.key(tenant, { ...message, userId }));
  const items = keys.length > 0 ? await batchGet(keys, { consistent: true }) : [];
  const found = new Set(items.map((item) => nameOf({ pk: String(item.pk), sk: String(item.sk) })));
  return (message) => found.has(nameOf(HiddenEntity.key(tenant, { ...message, userId })));
}
