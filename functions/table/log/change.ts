import * as z from 'zod';
import { MessageBody } from '#contract/message-bodies.ts';
import { ChangedFields } from '#contract/settings.ts';
import { digits, entity, join, type Key, type TenantKey } from '../entity.ts';
import { logPartition, StoredTally } from '../message.ts';

/** Fields as they were written once: what is stored outlives the schema that let it in. */
const StoredFields = z.object(ChangedFields.shape);
/** A change of a message's body. It carries what was before: the changes of a message are its history. */
const BodyChange = z.object({
  kind: z.enum(['message_edited', 'message_deleted', 'message_restored']),
  /** The number of the message. */
  seq: z.number(),
  before: MessageBody,
  /** The version that `before` was. */
  version: z.number(),
});
export type BodyChange = z.output<typeof BodyChange>;
/** Reactions of the actor's that came or went, as their emojis were counted afterwards. */
const ReactionsChange = z.object({
  kind: z.enum(['reaction_added', 'reaction_removed']),
  /** The number of the message. */
  seq: z.number(),
  reactions: z.array(StoredTally),
});

/** A change of a conversation's profile or settings: the fields that differ. */
const ProfileChange = z.object({
  kind: z.enum(['conversation_updated', 'settings_updated']),
  before: StoredFields,
  after: StoredFields,
  /** The version that the change made. */
  version: z.number(),
});

const ArchiveChange = z.object({ kind: z.enum(['conversation_archived', 'conversation_restored']) });

/** A pin that came or went, by the number of its message. */
const PinSet = z.object({ kind: z.enum(['pin_added', 'pin_removed']), message: z.number() });
/** The numbers of all pinned messages, in their new order. */
const PinOrder = z.object({ kind: z.literal('pin_moved'), order: z.array(z.number()) });
export type PinChange = z.output<typeof PinSet> | z.output<typeof PinOrder>;

/** What a change was. */
export const ChangeOf = z.discriminatedUnion('kind', [
  BodyChange,
  ReactionsChange,
  ProfileChange,
  ArchiveChange,
  PinSet,
  PinOrder,
]);
export type ChangeOf = z.output<typeof ChangeOf>;

/**
 * A change of something in a conversation, as its log tells it. `u` who, `c` operation id, `h` digest of the request, `a`
 * server time (ms), `d` what.
 */
export const StoredChange = z.object({ u: z.string(), c: z.string(), h: z.string(), a: z.number(), d: ChangeOf });
export type StoredChange = z.output<typeof StoredChange>;

export const ChangeEntity = entity({
  type: 'change',
  schema: StoredChange,
  key: (
    tenant: TenantKey,
    { conversationId, seq }: { readonly conversationId: string; readonly seq: number },
  ): Key => ({
    pk: logPartition(tenant, conversationId),
    sk: join('E', digits(seq)),
  }),
});
