import * as z from 'zod';
import { documents } from '#aws/documents.ts';
import { type Conversation, ConversationType } from '#contract/conversations.ts';
import type { MemberRole } from '#contract/member-role.ts';
import { Threshold } from '#contract/settings.ts';
import { type Sight, showsLast } from '#domain/visibility.ts';
import { entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { speakersIn } from './speakers.ts';
import { tableName } from './table-name.ts';

const Generation = z.record(z.string(), z.number());

/**
 * The head of a conversation: its sequencer, its memory of recent client ids, and what a list shows. Kept under 1 KB,
 * so that taking a number costs one write unit. Member lists, settings and counts live in items of their own.
 */
export const Head = z.object({
  type: ConversationType,
  name: z.string().optional(),
  createdBy: z.string(),
  createdAt: z.number(),
  /** Greatest number taken. */
  seq: z.number(),
  /** Smallest number not purged. */
  firstSeq: z.number(),
  /** Client id keys and their numbers: the generation being filled, and the one before. */
  recent: Generation,
  older: Generation,
  /** Counts drops of a generation. */
  generation: z.number(),
  /** Greatest time (ms) of a client id ever dropped; -1 before the first drop. */
  floor: z.number(),
  lastAt: z.number(),
  /** The number of the last message, and what a list shows of it; `a` is when it was sent (ms). */
  lastSeq: z.number().optional(),
  last: z.object({ by: z.string(), type: z.string(), text: z.string(), a: z.number().optional() }).optional(),
  archivedAt: z.number().optional(),
  /** Under legal hold: nothing of it is removed. */
  held: z.boolean().optional(),
  /** Numbers taken for messages, numbers taken to delete or restore one, and the greatest number given a void (docs/adr/0006). */
  n: z.number().optional(),
  g: z.number().optional(),
  v: z.number().optional(),
  /** Greatest number taken with a mention. */
  m: z.number().optional(),
  /** What of the settings is not the default and a send or a reading needs to know. */
  rules: z
    .object({
      send: Threshold.optional(),
      add: Threshold.optional(),
      slow: z.number().optional(),
      since: z.literal(true).optional(),
      keep: z.number().optional(),
    })
    .optional(),
});
/** With `speakers`: by the key of a user, `n` at the last message they sent. Kept for the last few who spoke. */
export type Head = z.output<typeof Head> & { readonly speakers?: Readonly<Record<string, number>> };

/** The partition of a conversation's head, members and counts. Its log lies under a key of its own. */
export const conversationPartition = (tenant: TenantKey, conversationId: string): string =>
  join(tenant, 'C', conversationId);

const base = entity({
  type: 'conversation',
  schema: Head,
  key: (tenant: TenantKey, conversationId: string): Key => ({
    pk: conversationPartition(tenant, conversationId),
    sk: 'HEAD',
  }),
});

export const HeadEntity = {
  ...base,
  fromItem: (item: Item): Head => ({ ...base.fromItem(item), speakers: speakersIn(item) }),
};

/** When the last message was sent, or where there is none the conversation was made (ms): changes move nothing in a list. */
export const activityAtOf = ({ last, lastAt, createdAt }: Pick<Head, 'last' | 'lastAt' | 'createdAt'>): number =>
  last ? (last.a ?? lastAt) : createdAt;

/** A conversation as the API shows it to one of its members. */
export const toConversation = (
  conversationId: string,
  head: Head,
  myRole: z.output<typeof MemberRole>,
  sight: Sight,
): z.input<typeof Conversation> => ({
  id: conversationId,
  type: head.type,
  name: head.name ?? null,
  createdBy: head.createdBy,
  createdAt: new Date(head.createdAt).toISOString(),
  seq: head.seq,
  lastActivityAt: new Date(activityAtOf(head)).toISOString(),
  lastMessage:
    head.last && head.lastSeq !== undefined && showsLast(head, sight)
      ? { seq: head.lastSeq, senderId: head.last.by, type: head.last.type, text: head.last.text }
      : null,
  myRole,
  archivedAt: head.archivedAt === undefined ? null : new Date(head.archivedAt).toISOString(),
});

/** AP-01 The head of a conversation, consistently; undefined when there is none. */
export async function findHead(tenant: TenantKey, conversationId: string): Promise<Head | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: HeadEntity.key(tenant, conversationId),
    ConsistentRead: true,
  });
  return Item && HeadEntity.fromItem(Item);
}
