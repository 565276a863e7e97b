import * as z from 'zod';
import { documents } from '#aws/documents.ts';
import { messageIdOf } from '#contract/ids.ts';
import { MessageBody } from '#contract/message-bodies.ts';
import type { Message, Reaction } from '#contract/messages.ts';
import type { Tally } from '#domain/reaction.ts';
import { Refusal } from '#domain/refusal.ts';
import { batchGet } from './batch-get.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { partsOf, StoredParts } from './message-parts.ts';
import { StoredPlace, StoredSummary, threadOf } from './message-thread.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** An emoji on a message: see `Tally` in `domain/reaction.ts`. */
export const StoredTally = z.object({ e: z.string(), c: z.number(), u: z.array(z.string()).readonly() });

/**
 * A message as stored. One-letter names: a page of 50 reads every byte of them.
 * `u` sender, `c` client id, `h` hash of the first body, `b` body, `a` server time (ms), `s` original time (ms, imports),
 * `v` version, `e` and `l` of its changes, `r` reactions, `t` and `k` its thread, `p` the number of the change that pinned it, the rest
 * in `message-parts.ts`, and `i`, which every update of the item raises.
 */
export const StoredMessage = z.object({
  u: z.string(),
  c: z.string().optional(),
  h: z.string().optional(),
  b: MessageBody,
  a: z.number(),
  s: z.number().optional(),
  v: z.number(),
  /** When the body last changed (ms), and the numbers of the changes, oldest first. */
  e: z.number().optional(),
  l: z.array(z.number()).optional(),
  /** Reactions: `n` is the number of the change that made them so, `t` the tally of each emoji (see `domain/reaction.ts`). */
  r: z.object({ n: z.number(), t: z.array(StoredTally) }).optional(),
  p: z.number().optional(),
  /** Of a reply: where it stands. Of a root: the summary of its thread (both in `domain/thread.ts`). */
  t: StoredPlace.optional(),
  k: StoredSummary.optional(),
  /** Chosen for the part of the archive that ends with number `l`; `o`: the content lies only there (`archive.ts`). */
  z: z.object({ l: z.number(), o: z.literal(true).optional() }).optional(),
  /** How often the item was changed since it was put: absent for never. Orders its states for the search index. */
  i: z.number().optional(),
  ...StoredParts,
});
export type StoredMessage = z.output<typeof StoredMessage>;

export interface MessageKey {
  readonly conversationId: string;
  readonly seq: number;
}

/** The partition of a conversation's log: messages under `M#`, changes under `E#`, voids under both. */
export const logPartition = (tenant: TenantKey, conversationId: string): string => join(tenant, 'L', conversationId);

export const MessageEntity = entity({
  type: 'message',
  schema: StoredMessage,
  key: (tenant: TenantKey, { conversationId, seq }: MessageKey): Key => ({
    pk: logPartition(tenant, conversationId),
    sk: join('M', digits(seq)),
  }),
});

/** The number in a log entry's sort key. */
export const seqOf = (sk: unknown): number => Number(String(sk).slice(2));

/** A tally as the API shows it. */
export const toReaction = ({ e, c, u }: Tally): Reaction => ({ emoji: e, count: c, users: [...u] });

/** A stored message as the API shows it. Raises `message.archived` for one of which only the place is here: `wholeOf` has the rest. */
export const toMessage = (conversationId: string, seq: number, stored: StoredMessage): Message => {
  if (stored.z?.o) throw new Refusal('message.archived');
  return shown(conversationId, seq, stored);
};

const shown = (conversationId: string, seq: number, stored: StoredMessage): Message => ({
  id: messageIdOf(conversationId, seq),
  conversationId,
  seq,
  senderId: stored.u,
  clientId: stored.c ?? null,
  body: stored.b,
  ...partsOf(conversationId, stored),
  createdAt: new Date(stored.a).toISOString(),
  sentAt: stored.s === undefined ? null : new Date(stored.s).toISOString(),
  version: stored.v,
  editedAt: stored.e === undefined ? null : new Date(stored.e).toISOString(),
  pinned: stored.p !== undefined,
  reactions: stored.b.type === 'deleted' ? [] : (stored.r?.t ?? []).map(toReaction),
  reactionsSeq: stored.r?.n ?? 0,
  thread: threadOf(conversationId, seq, stored),
});

/** AP-07 One message by its id's parts, consistently; undefined when there is none or the number is a void. */
export async function findStoredMessage(tenant: TenantKey, key: MessageKey): Promise<StoredMessage | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: MessageEntity.key(tenant, key),
    ConsistentRead: true,
  });
  return Item?.ty === MessageEntity.type ? MessageEntity.fromItem(Item) : undefined;
}

/** AP-190 Messages of a conversation by number, consistently; a number that holds none is left out. */
export async function messagesAt(
  tenant: TenantKey,
  conversationId: string,
  numbers: readonly number[],
): Promise<Map<number, StoredMessage>> {
  const keys = numbers.map((seq) => MessageEntity.key(tenant, { conversationId, seq }));
  const items = await batchGet(keys, { consistent: true });
  return new Map(
    items
      .filter((item) => item[TABLE.entity] === MessageEntity.type)
      .map((item) => [seqOf(item.sk), MessageEntity.fromItem(item)]),
  );
}
