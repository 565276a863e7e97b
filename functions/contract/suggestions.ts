import * as z from 'zod';
import { ConversationId, UserId } from './ids.ts';
import { route } from './route.ts';
import { MAX_QUERY, SEARCHES } from './search.ts';

/** Suggestions of one answer. */
const MOST = 20;

/** What somebody may mean to type. */
export const Suggestion = z
  .strictObject({
    kind: z.enum(['recent', 'operator', 'value', 'person', 'conversation']),
    /** For people: a name, a search of one's own, what an operator does. */
    label: z.string(),
    /** What is put in place of `replaces`: from where to where in `q` (UTF-16 code units). */
    insert: z.string(),
    replaces: z.tuple([z.int(), z.int()]).meta({ example: [5, 7] }),
    userId: UserId.optional(),
    conversationId: ConversationId.optional(),
  })
  .meta({ id: 'Suggestion' });
export type Suggestion = z.input<typeof Suggestion>;

export const suggest = route({
  method: 'GET',
  path: '/search/suggestions',
  summary:
    'What you may mean to type at a place of a query: searches of your own, operators and their values, people, conversations of yours; fast enough for every key',
  permission: 'search:query',
  uses: [...SEARCHES, 'table:query'],
  input: z.strictObject({
    /** As far as it is typed. */
    q: z.string().max(MAX_QUERY).default(''),
    /** Where the caret stands in it (UTF-16 code units); at its end where it is not said. */
    caret: z.coerce.number().int().min(0).max(MAX_QUERY).optional(),
    limit: z.coerce.number().int().min(1).max(MOST).default(8),
  }),
  output: z.strictObject({
    items: z.array(Suggestion),
    /** `people`: only how their ids begin was looked at, because the engine does not answer. */
    unavailable: z.array(z.literal('people')),
  }),
  refuses: ['search.rate_limited'],
  status: 200,
});
