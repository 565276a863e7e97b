import * as z from 'zod';
import { documents, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';
import { messageIdOf } from '#contract/ids.ts';
import { ScheduledContent, type ScheduledMessage, ScheduledState } from '#contract/scheduled.ts';
import { timeOfClientId } from '#domain/client-id.ts';
import { mediaOf } from '#domain/message-parts.ts';
import { Refusal } from '#domain/refusal.ts';
import { isDone, KEPT_SECONDS, MOST_SCHEDULED } from '#domain/scheduled.ts';
import { type Due, deleteDue, putDue } from './due.ts';
import { digits, entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import { type Exchange, exchangeParts, KEPT } from './media-kept.ts';
import type { MediaLinkId } from './media-link.ts';
import { countDown, countUp, ownPartition } from './own.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Whose scheduled message. Its id carries the client id it was made under, and so its place in the list. */
export interface ScheduledKey {
  readonly userId: string;
  readonly id: string;
}

/** A scheduled message. It is the truth of it; the due list only says where to look. */
export const ScheduledEntity = entity({
  type: 'scheduled',
  schema: z.object({
    id: z.string(),
    conversationId: z.string(),
    content: ScheduledContent,
    /** Digest of what was asked for: the same client id with another is refused. */
    hash: z.string(),
    sendAt: z.number(),
    state: ScheduledState,
    version: z.number(),
    createdAt: z.number(),
    /** From when on it is being sent, and the client id under which, however often it is tried. */
    claimedAt: z.number().optional(),
    sendId: z.string().optional(),
    /** The number of the message that it became, or the code it was refused with. */
    seq: z.number().optional(),
    reason: z.string().optional(),
    [TABLE.ttl]: z.number().optional(),
  }),
  key: (tenant: TenantKey, { userId, id }: ScheduledKey): Key => ({
    pk: ownPartition(tenant, userId),
    sk: join('S', digits(timeOfClientId(id.slice(4))), id),
  }),
});
export type StoredScheduled = z.output<typeof ScheduledEntity.schema>;

/** A scheduled message as the API shows it. */
export const toScheduled = (stored: StoredScheduled): ScheduledMessage => ({
  id: stored.id,
  conversationId: stored.conversationId,
  content: stored.content,
  sendAt: new Date(stored.sendAt).toISOString(),
  state: stored.state,
  version: stored.version,
  createdAt: new Date(stored.createdAt).toISOString(),
  messageId: stored.seq === undefined ? null : messageIdOf(stored.conversationId, stored.seq),
  reason: stored.reason ?? null,
});

/** AP-212 A user's scheduled message, consistently. */
export async function findScheduled(tenant: TenantKey, key: ScheduledKey): Promise<StoredScheduled | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: ScheduledEntity.key(tenant, key),
    ConsistentRead: true,
  });
  return Item && ScheduledEntity.fromItem(Item);
}

/** Which of the items of a transaction were not as they should be; undefined when it was carried out. */
const refusedBy = async (items: readonly TransactItem[]): Promise<number | undefined> => {
  try {
    await calmly(() => documents.transactWrite(items));
    return undefined;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const first = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (first < 0) throw error;
    return first;
  }
};

/** Media that a scheduled message keeps until it is sent. */
const keptBy = ({ id, content }: StoredScheduled): MediaLinkId[] =>
  mediaOf(content.body, content.attachments).map(({ mediaId }) => KEPT.forScheduled(id, mediaId));

/** Tries of a change whose media are being sent about meanwhile. */
const ROUNDS = 8;

/** As `refusedBy`, together with the links of media that are kept or no longer. */
async function writeKeeping(tenant: TenantKey, own: readonly TransactItem[], kept: Exchange, at: number) {
  for (let round = 1; round <= ROUNDS; round++) {
    const refused = await refusedBy([...own, ...(await exchangeParts(tenant, kept, at))]);
    if (refused === undefined || refused < own.length) return refused;
  }
  throw new Refusal('service.contended');
}

const dueOf = (tenant: TenantKey, userId: string, { id, sendAt }: StoredScheduled): Due => ({
  tenant,
  userId,
  id,
  at: sendAt,
});

/**
 * AP-213 Schedule a message: it, its place in the due list and the count together. False when the id is taken. Raises
 * `scheduled.too_many`.
 */
export async function createScheduled(tenant: TenantKey, userId: string, made: StoredScheduled): Promise<boolean> {
  const own = [
    {
      Put: {
        TableName: tableName(),
        Item: ScheduledEntity.toItem(tenant, { userId, id: made.id }, made),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    countUp(tenant, { userId, of: 'scheduled' }, MOST_SCHEDULED),
    putDue(dueOf(tenant, userId, made)),
  ];
  const refused = await writeKeeping(tenant, own, { before: [], after: keptBy(made), keptFor: userId }, made.createdAt);
  if (refused === 1) throw new Refusal('scheduled.too_many', { most: MOST_SCHEDULED });
  return refused === undefined;
}

/**
 * AP-214 Put a scheduled message in the place of `before`, as it was looked at, with its place in the due list and, when
 * nothing more becomes of it, the count. Every step raises the version, so that of edit, cancellation and sender one wins.
 * Undefined when somebody else was first.
 */
export async function replaceScheduled(
  tenant: TenantKey,
  userId: string,
  before: StoredScheduled,
  change: Partial<Omit<StoredScheduled, 'id' | 'version'>>,
  at: number,
): Promise<StoredScheduled | undefined> {
  const next: StoredScheduled = { ...before, ...change, version: before.version + 1 };
  const done = isDone(next.state);
  const after = done ? { ...next, [TABLE.ttl]: Math.ceil(at / 1_000) + KEPT_SECONDS } : next;
  const moved = after.sendAt !== before.sendAt;
  const own = [
    {
      Put: {
        TableName: tableName(),
        Item: ScheduledEntity.toItem(tenant, { userId, id: before.id }, after),
        ConditionExpression: '#version = :before',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':before': before.version },
      },
    },
    ...(done || moved ? [deleteDue(dueOf(tenant, userId, before))] : []),
    ...(moved && !done ? [putDue(dueOf(tenant, userId, after))] : []),
    ...(done ? [countDown(tenant, { userId, of: 'scheduled' })] : []),
  ];
  const kept = { before: keptBy(before), after: done ? [] : keptBy(after), keptFor: userId };
  const refused = await writeKeeping(tenant, own, kept, at);
  return refused === undefined ? after : undefined;
}

/** AP-215 A user's scheduled messages that fit, the last scheduled first, before a place, consistently. */
export async function listScheduledOf(
  tenant: TenantKey,
  userId: string,
  page: {
    readonly before: string | undefined;
    readonly limit: number;
    readonly fits: (stored: StoredScheduled) => boolean;
  },
): Promise<{ scheduled: StoredScheduled[]; next: string | undefined }> {
  const found: { item: Item; stored: StoredScheduled }[] = [];
  let before = page.before;
  for (;;) {
    const { Items } = await documents.query({
      TableName: tableName(),
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: { ':pk': ownPartition(tenant, userId), ':first': 'S#', ':last': before ?? 'S#~' },
      ScanIndexForward: false,
      Limit: page.limit + 2,
    });
    const further = Items.filter(({ sk }) => sk !== before);
    found.push(
      ...further
        .map((item) => ({ item, stored: ScheduledEntity.fromItem(item) }))
        .filter((one) => page.fits(one.stored)),
    );
    if (found.length > page.limit || Items.length < page.limit + 2) break;
    before = String(Items.at(-1)?.sk);
  }
  const shown = found.slice(0, page.limit);
  return {
    scheduled: shown.map(({ stored }) => stored),
    next: found.length > page.limit ? String(shown.at(-1)?.item['sk']) : undefined,
  };
}
