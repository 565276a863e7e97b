import * as z from 'zod';
import { ConversationId, Instant, TenantId, UserId } from './ids.ts';
import { Limit } from './page.ts';
import { route } from './route.ts';

export const ReindexId = z
  .string()
  .regex(/^rix_[A-Za-z0-9_-]{22}$/)
  .meta({ example: 'rix_AZqYt2a0cK6fPpQ1mWk3Zg' });

const Progress = z.strictObject({ done: z.int(), known: z.int() });

/** The search index, or a part of it, being made anew from the table. */
export const Reindex = z
  .strictObject({
    id: ReindexId,
    /** `everything`: all tenants, in a new index that takes the place of the live one. Else a part of what is there is written again. */
    scope: z.enum(['everything', 'tenant', 'conversation']),
    conversationId: ConversationId.nullable(),
    /** `stuck`: something cannot be read (`said`), and `resume` lets it go on without that. */
    status: z.enum(['running', 'paused', 'stuck', 'done', 'cancelled', 'rolled_back']),
    /** What was asked for and is not done yet. */
    wanted: z.enum(['pause', 'cancel', 'rollback']).nullable(),
    phase: z.enum(['count', 'make', 'write', 'check', 'swap', 'ended']),
    /** The index that is being filled, or was; only for everything. */
    index: z.string().nullable(),
    /** Null when a deployment with another mapping began it. */
    startedBy: UserId.nullable(),
    startedAt: Instant,
    endedAt: Instant.nullable(),
    conversations: Progress,
    messages: Progress,
    /** While it writes: messages a second, and seconds until all are written at that rate. */
    perSecond: z.number().nullable(),
    secondsLeft: z.int().nullable(),
    /** How often everything is compared, and documents put right by that. */
    round: z.int(),
    repaired: z.int(),
    /** What could not be read or was not taken: how much, and the first few. */
    errors: z.int(),
    said: z.array(z.string()),
  })
  .meta({ id: 'Reindex' });

export const startReindex = route({
  method: 'POST',
  path: '/admin/search/reindex',
  summary:
    'Make the search index, or a part of it, anew from the table while everything goes on; begins within a minute',
  permission: 'search:manage',
  uses: ['table:get', 'table:put'],
  input: z
    .strictObject({
      scope: Reindex.shape.scope,
      conversationId: ConversationId.optional(),
      /** For everything: over how many partitions the documents of some tenants are spread from then on. */
      partitions: z.record(TenantId, z.int().min(1).max(64)).optional(),
    })
    .refine(
      ({ scope, conversationId }) => (scope === 'conversation') === (conversationId !== undefined),
      'conversationId goes with the scope conversation, and only with it',
    )
    .refine(
      ({ scope, partitions }) => scope === 'everything' || partitions === undefined,
      'partitions go with the scope everything',
    ),
  output: Reindex,
  refuses: ['conversation.not_found', 'reindex.running', 'reindex.operators_only', 'reindex.no_operators'],
  status: 202,
  anew: true,
});

export const listReindexes = route({
  method: 'GET',
  path: '/admin/search/reindex',
  summary: 'List the reindexes of the tenant, the latest first; for operators those of everything too',
  permission: 'search:manage',
  uses: ['table:query'],
  input: z.strictObject({ limit: Limit }),
  output: z.strictObject({ items: z.array(Reindex) }),
  refuses: [],
  status: 200,
});

export const getReindex = route({
  method: 'GET',
  path: '/admin/search/reindex/{reindexId}',
  summary: 'See how far a reindex has come',
  permission: 'search:manage',
  uses: ['table:get'],
  input: z.strictObject({ reindexId: ReindexId }),
  output: Reindex,
  refuses: ['reindex.not_found'],
  status: 200,
});

export const changeReindex = route({
  method: 'PATCH',
  path: '/admin/search/reindex/{reindexId}',
  summary:
    'Pause, resume or cancel a reindex, or go back to the index that was live before it; done within a minute (`wanted` says what is still to be done)',
  permission: 'search:manage',
  uses: ['table:get', 'table:put', 'table:update'],
  input: z.strictObject({ reindexId: ReindexId, action: z.enum(['pause', 'resume', 'cancel', 'rollback']) }),
  output: Reindex,
  refuses: ['reindex.not_found', 'reindex.not_possible'],
  status: 200,
});

const Index = z.strictObject({
  name: z.string(),
  /** Version of its mapping. */
  mapping: z.int(),
  /** Documents of the caller's tenant; null while there is no such index. */
  documents: z.strictObject({ messages: z.int(), conversations: z.int(), users: z.int(), gone: z.int() }).nullable(),
});

export const getSearchIndex = route({
  method: 'GET',
  path: '/admin/search/index',
  summary:
    'See which search indices there are, what they hold of the tenant, and what the last comparison with the table found',
  permission: 'search:manage',
  uses: ['table:get', 'search:query'],
  input: z.strictObject({}),
  output: z.strictObject({
    live: Index,
    /** What a reindex of everything is filling. */
    building: Index.nullable(),
    /** What was live before, and can be again. */
    kept: Index.nullable(),
    lastReconcile: z
      .strictObject({
        startedAt: Instant,
        /** Null while it goes on. */
        endedAt: Instant.nullable(),
        conversations: z.int(),
        /** Those of them that had not changed since they last agreed with the table. */
        skipped: z.int(),
        /** Documents that were missing, old, or of what is gone. */
        missing: z.int(),
        stale: z.int(),
        ghosts: z.int(),
      })
      .nullable(),
  }),
  refuses: ['search.unavailable'],
  status: 200,
});
