import * as z from 'zod';
import { ConversationId, ImportId, Instant, UserId } from './ids.ts';
import { MAX_TEXT } from './message-bodies.ts';
import { Emoji, MOST_EMOJIS } from './reactions.ts';
import { route } from './route.ts';

/** Messages in one batch: with the head, the import and the batch's ledger entry they are one transaction of 100 items. */
export const MAX_BATCH = 97;

/**
 * Items that being a reply is, at most: the list of its thread, the thread's summary on an earlier root, that its author takes
 * part, and that the root's author does.
 */
export const ITEMS_OF_REPLY = 4;

/** An earlier message of the same import: its batch, this one or one before, and its place in it, from 0. */
const EarlierMessage = z.strictObject({ batch: z.int().min(0), index: z.int().min(0) });
export type EarlierMessage = z.output<typeof EarlierMessage>;

/** A message as it was said elsewhere, with what was said about it. */
const ImportedMessage = z.strictObject({
  senderId: UserId,
  text: z.string().min(1).max(MAX_TEXT),
  sentAt: Instant,
  /** Who reacted with which emoji, in order; each is an item of the batch like a message. */
  reactions: z
    .array(z.strictObject({ emoji: Emoji, userIds: z.array(UserId).min(1).max(MAX_BATCH) }))
    .max(MOST_EMOJIS)
    .optional(),
  /** The message in whose thread this is a reply, right under it. */
  parent: EarlierMessage.optional(),
  /** The message it quotes. */
  replyTo: EarlierMessage.optional(),
});
export type ImportedMessage = z.output<typeof ImportedMessage>;

/** Items that a message is in a batch, at most: itself, its reactions and what it changes of a thread. */
export const itemsOf = ({
  reactions = [],
  parent,
}: {
  readonly reactions?: readonly { readonly userIds: readonly unknown[] }[] | undefined;
  readonly parent?: unknown;
}): number =>
  reactions.reduce((sum, { userIds }) => sum + userIds.length, parent === undefined ? 1 : 1 + ITEMS_OF_REPLY);

/** Participants that the call which starts an import may name; more are added to the conversation afterwards. */
export const MAX_IMPORT_PARTICIPANTS = 90;

const ImportState = z
  .strictObject({
    id: ImportId,
    conversationId: ConversationId,
    /** The batch to send next; everything before it is stored. */
    nextBatch: z.int(),
    /** Messages stored so far. */
    messages: z.int(),
  })
  .meta({ id: 'Import' });

export const startImport = route({
  method: 'POST',
  path: '/imports',
  summary: 'Start an import into a conversation of its own, or find where it stands',
  permission: 'import:write',
  uses: ['table:get', 'table:put'],
  input: z.strictObject({
    importId: ImportId,
    conversation: z.strictObject({
      type: z.enum(['group', 'channel']),
      name: z.string().trim().min(1).max(100),
      /** Users, or users with their role; `guest` in channels only. Whoever imports is the owner. */
      participants: z
        .array(z.union([UserId, z.strictObject({ userId: UserId, role: z.enum(['admin', 'member', 'guest']) })]))
        .max(MAX_IMPORT_PARTICIPANTS),
    }),
  }),
  output: ImportState,
  refuses: ['participant.role_unsupported', 'import.conflict', 'service.contended'],
  status: 201,
});

export const getImport = route({
  method: 'GET',
  path: '/imports/{importId}',
  summary: 'Where an import stands',
  permission: 'import:write',
  uses: ['table:get'],
  input: z.strictObject({ importId: ImportId }),
  output: ImportState,
  refuses: ['import.not_found'],
  status: 200,
});

export const importBatch = route({
  method: 'POST',
  path: '/imports/{importId}/batches',
  summary: 'Bring in one batch, all of it or nothing; a repeated batch adds nothing',
  permission: 'import:write',
  uses: ['table:batch-get', 'table:put', 'table:update'],
  input: z.strictObject({
    importId: ImportId,
    /** Counts from 0, in order; the same number with other messages is refused. */
    batch: z.int().min(0),
    /** At most 97 items: a message is one, each user's reaction one, that a message has a parent four. */
    messages: z
      .array(ImportedMessage)
      .min(1)
      .max(MAX_BATCH)
      .refine((messages) => messages.reduce((sum, message) => sum + itemsOf(message), 0) <= MAX_BATCH, {
        error: `at most ${MAX_BATCH} items: a message is one, a reaction one, that a message has a parent ${ITEMS_OF_REPLY}`,
      }),
  }),
  output: z.strictObject({
    /** The numbers of the first and the last message of the batch; those between are the batch's too. */
    firstSeq: z.int(),
    lastSeq: z.int(),
    nextBatch: z.int(),
  }),
  refuses: [
    'import.not_found',
    'import.conflict',
    'import.out_of_order',
    'import.message_unknown',
    'thread.too_deep',
    'conversation.archived',
    'service.contended',
  ],
  status: 201,
});
