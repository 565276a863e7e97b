import * as z from 'zod';
import { documents, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';
import { Draft, type DraftContent, MOST_DRAFTS } from '#contract/drafts.ts';
import { messageIdOf } from '#contract/ids.ts';
import { Refusal } from '#domain/refusal.ts';
import { digits, entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import { countDown, countUp, ownPartition } from './own.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Whose draft, and for what: a conversation, or the thread of a message in it. */
export interface DraftId {
  readonly userId: string;
  readonly conversationId: string;
  readonly thread: number | undefined;
}

/** Seconds for which the version of a draft that was taken away is remembered: as long as a device may be offline with it. */
const REMEMBERED_SECONDS = 30 * 86_400;

/** A draft. Without `content` it was taken away, and only its version is remembered. */
export const DraftEntity = entity({
  type: 'draft',
  schema: z.object({
    conversationId: z.string(),
    thread: z.number().optional(),
    version: z.number(),
    at: z.number(),
    content: Draft.shape.content.unwrap().optional(),
    [TABLE.ttl]: z.number().optional(),
  }),
  key: (tenant: TenantKey, { userId, conversationId, thread = 0 }: DraftId): Key => ({
    pk: ownPartition(tenant, userId),
    sk: join('D', conversationId, digits(thread)),
  }),
});
export type StoredDraft = z.output<typeof DraftEntity.schema>;

/** A stored draft as the API shows it; also one that was never there. */
export const toDraft = (id: Omit<DraftId, 'userId'>, stored: StoredDraft | undefined): Draft => ({
  conversationId: id.conversationId,
  threadId: id.thread === undefined ? null : messageIdOf(id.conversationId, id.thread),
  version: stored?.version ?? 0,
  updatedAt: stored ? new Date(stored.at).toISOString() : null,
  content: stored?.content ?? null,
});

/** AP-208 A user's draft, consistently; also one that was taken away. */
export async function findDraft(tenant: TenantKey, id: DraftId): Promise<StoredDraft | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: DraftEntity.key(tenant, id),
    ConsistentRead: true,
  });
  return Item && DraftEntity.fromItem(Item);
}

/** Writes a draft in place of the one that was looked at, on condition that it is still that one. */
const replace = (
  tenant: TenantKey,
  id: DraftId,
  before: StoredDraft | undefined,
  draft: StoredDraft,
): TransactItem => ({
  Put: {
    TableName: tableName(),
    Item: DraftEntity.toItem(tenant, id, draft),
    ...(before
      ? {
          ConditionExpression: '#version = :version',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': before.version },
        }
      : { ConditionExpression: 'attribute_not_exists(pk)' }),
  },
});

/** Writes together; what did not hold: the draft is another meanwhile, or there are too many. */
const write = async (items: readonly TransactItem[]): Promise<'done' | 'stale' | 'full'> => {
  try {
    await calmly(() => documents.transactWrite(items));
    return 'done';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const first = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (first < 0) throw error;
    return first === 0 ? 'stale' : 'full';
  }
};

/**
 * AP-209 Keep a draft in place of `before`, as it was looked at; a new one is counted in the same transaction. Undefined
 * when another device was first. Raises `draft.too_many`.
 */
export async function storeDraft(
  tenant: TenantKey,
  id: DraftId,
  before: StoredDraft | undefined,
  content: DraftContent,
  at: number,
): Promise<StoredDraft | undefined> {
  const { conversationId, thread } = id;
  const version = (before?.version ?? 0) + 1;
  const draft: StoredDraft = { conversationId, ...(thread === undefined ? {} : { thread }), version, at, content };
  const count = before?.content ? [] : [countUp(tenant, { userId: id.userId, of: 'drafts' }, MOST_DRAFTS)];
  const written = await write([replace(tenant, id, before, draft), ...count]);
  if (written === 'full') throw new Refusal('draft.too_many', { most: MOST_DRAFTS });
  return written === 'done' ? draft : undefined;
}

/** AP-210 Take a draft away, as it was looked at; its version is remembered for 30 days. Undefined when another device was first. */
export async function dropDraft(
  tenant: TenantKey,
  id: DraftId,
  before: StoredDraft,
  at: number,
): Promise<StoredDraft | undefined> {
  const { content: _, ...rest } = before;
  const draft = { ...rest, version: before.version + 1, at, [TABLE.ttl]: Math.ceil(at / 1_000) + REMEMBERED_SECONDS };
  const count = countDown(tenant, { userId: id.userId, of: 'drafts' });
  return (await write([replace(tenant, id, before, draft), count])) === 'done' ? draft : undefined;
}

/** AP-211 A user's drafts by conversation and thread, after a place, consistently. */
export async function listDrafted(
  tenant: TenantKey,
  userId: string,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<{ drafts: StoredDraft[]; next: string | undefined }> {
  const found: Item[] = [];
  let after = page.after;
  for (;;) {
    const { Items } = await documents.query({
      TableName: tableName(),
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': ownPartition(tenant, userId),
        ':first': after === undefined ? 'D#' : `${after}\u0000`,
        ':last': 'D#~',
      },
      Limit: page.limit + 1,
    });
    found.push(...Items.filter(({ content }) => content !== undefined));
    if (found.length > page.limit || Items.length <= page.limit) break;
    after = String(Items.at(-1)?.sk);
  }
  const shown = found.slice(0, page.limit);
  return {
    drafts: shown.map(DraftEntity.fromItem),
    next: found.length > page.limit ? String(shown.at(-1)?.sk) : undefined,
  };
}
