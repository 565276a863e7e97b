import * as z from 'zod';
import { ConversationId, ImportId, Instant, UserId } from './ids.ts';
import { MAX_TEXT } from './messages.ts';
import { route } from './route.ts';

/** Messages in one batch: with the head and the ledger entry they are one transaction of at most 100 items. */
export const MAX_BATCH = 98;

const ImportState = z
  .strictObject({
    id: ImportId,
    conversationId: ConversationId,
    /** The batch to send next; everything before it is stored. */
    nextBatch: z.int(),
    messages: z.int(),
  })
  .meta({ id: 'Import' });

export const startImport = route({
  method: 'POST',
  path: '/imports',
  summary: 'Start an import, or find where it stands',
  permission: 'import:write',
  uses: ['table:put', 'table:get', 'table:batch-get', 'table:update', 'table:check', 'table:query'],
  input: z.strictObject({
    importId: ImportId,
    conversation: z.strictObject({
      type: z.enum(['group', 'channel']),
      name: z.string().trim().min(1).max(100),
      participants: z.array(UserId).max(90),
    }),
  }),
  output: ImportState,
  refuses: ['import.conflict'],
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
  uses: ['table:get', 'table:put', 'table:update', 'table:check'],
  input: z.strictObject({
    importId: ImportId,
    batch: z.int().min(0),
    messages: z
      .array(z.strictObject({ senderId: UserId, text: z.string().min(1).max(MAX_TEXT), sentAt: Instant }))
      .min(1)
      .max(MAX_BATCH),
  }),
  output: z.strictObject({ firstSeq: z.int(), lastSeq: z.int(), nextBatch: z.int() }),
  refuses: ['import.not_found', 'import.conflict', 'import.out_of_order', 'service.contended'],
  status: 201,
});
