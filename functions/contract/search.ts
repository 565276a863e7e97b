import * as z from 'zod';
import { ConversationId, Instant, MessageId } from './ids.ts';
import { Message } from './messages.ts';
import { Limit } from './page.ts';
import { route } from './route.ts';
import type { Use } from './uses.ts';
import { READS } from './within.ts';

/** Characters (UTF-16 code units) of a query. */
export const MAX_QUERY = 512;

/** What every search needs: the caller's scope, the engine, and the table to check what was found. */
export const SEARCHES = [
  'table:get',
  'table:query-by-user',
  'table:batch-get',
  'table:put',
  'table:update',
  'archive:read',
  'search:query',
  'signing-key:read',
] as const satisfies readonly Use[];

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
};

/** In which days and months begin and end. */
export const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'is no time zone of the IANA data base')
  .meta({ example: 'Europe/Berlin' });

/** A part of what was written, as the message holds it now. */
export const Highlight = z
  .strictObject({
    /** The field of the message's body: `text`, `caption`, `name`, … */
    field: z.string(),
    /** Around what was found: HTML-escaped, what was found in `<mark>`. */
    fragments: z.array(z.string()),
    /** Where it stands in the field: start and end in UTF-16 code units. */
    offsets: z.array(
      z
        .array(z.int())
        .length(2)
        .meta({ example: [11, 17] }),
    ),
  })
  .meta({ id: 'Highlight' });

export const SearchHit = z
  .strictObject({
    /** As it is now, not as it was when it was indexed. */
    message: Message,
    /** Empty where nothing of the text was asked for, or it was changed and the index has not followed yet. */
    highlights: z.array(Highlight),
  })
  .meta({ id: 'SearchHit' });
export type SearchHit = z.output<typeof SearchHit>;

export const SearchWarning = z
  .strictObject({
    /** What about the query was perhaps not understood as it was meant; `order_may_shift`: see `message`. */
    code: z.string(),
    /** The part of the query that it is about; empty where it is about none. */
    text: z.string(),
    /** For people, in English. */
    message: z.string(),
  })
  .meta({ id: 'SearchWarning' });
export type SearchWarning = z.output<typeof SearchWarning>;

export const Freshness = z
  .strictObject({
    /** Of all your conversations, the last messages up to this time can be found. */
    through: Instant,
    behindMs: z.int(),
    /** Conversations whose last message cannot be found yet. */
    conversationsBehind: z.int(),
  })
  .meta({ id: 'SearchFreshness' });

/** Names a search whose hits may be clicked on. */
export const SearchId = z.string().max(100).meta({ example: 'mi9r1c00_kPpQ1mWk3ZgAZqYt.AZqYt2a0cK6fPpQ1mWk3Zg' });

const FACETS = ['conversation', 'sender', 'type', 'month'] as const;
const FacetName = z.enum(FACETS);

/** Names with commas between. */
const FacetNames = z
  .string()
  .max(100)
  .transform((list) => [...new Set(list.split(','))])
  .pipe(z.array(FacetName))
  .meta({ example: 'conversation,month' });

const Flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const FacetValues = z.array(z.strictObject({ value: z.string(), count: z.int() }));

export const searchMessages = route({
  method: 'GET',
  path: '/search/messages',
  summary:
    'Search the messages of your conversations: words, "phrases", prefix*, -not, OR, and operators such as from: in: has: before: is:. What cannot be understood is searched as words and named in `warnings`',
  permission: 'search:query',
  uses: [...SEARCHES, 'table:query'],
  input: z.strictObject({
    q: z.string().trim().min(1).max(MAX_QUERY),
    /** `exact`: words as written, in any case. `similar`: with other endings, accents and typing errors too. `auto`: exact, and similar where that finds nothing. */
    match: z.enum(['auto', 'exact', 'similar']).default('auto'),
    /** By when it was said, or `relevance`: what fits best, recent things first where they fit alike. */
    sort: z.enum(['newest', 'oldest', 'relevance']).default('newest'),
    timeZone: TimeZone.default('UTC'),
    limit: Limit,
    cursor: z.string().min(1).max(4_096).optional(),
    /** What the hits are to be counted by. */
    facets: FacetNames.optional(),
    /** Whether the search may be kept among your recent searches. */
    remember: Flag.default(true),
  }),
  output: z.strictObject({
    items: z.array(SearchHit),
    nextCursor: z.string().nullable(),
    /** How it matched: `similar` also where nothing did exactly. */
    matched: z.enum(['exact', 'similar']),
    /** How many there are, as the index counts them within what you may see: it may lag. Not `exact`: at least so many. */
    total: z.strictObject({ value: z.int(), exact: z.boolean() }),
    /** Of each the 20 commonest values, and all months, as the index counts them. */
    facets: z.partialRecord(FacetName, FacetValues).optional(),
    warnings: z.array(SearchWarning),
    /** Conversations of yours that the service cannot read, so cannot search. There are none as long as none are encrypted. */
    notSearchable: z.array(ConversationId),
    freshness: Freshness,
    /** What `POST /search/click` names the search by. */
    searchId: SearchId,
    /** Milliseconds. */
    took: z.int(),
  }),
  refuses: ['request.cursor_invalid', 'search.rate_limited', 'search.unavailable'],
  status: 200,
});

/** Messages on one side of a hit. */
const Neighbours = z.coerce.number().int().min(0).max(50).default(10);

export const getMessageContext = route({
  method: 'GET',
  path: '/search/messages/{messageId}/context',
  summary: 'Get a message with those before and after it, to jump from a search to where it was said',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query', 'table:put', 'archive:read', 'signing-key:read'],
  input: z.strictObject({ messageId: MessageId, before: Neighbours, after: Neighbours }),
  output: z.strictObject({
    /** Oldest first. */
    items: z.array(Message),
    /** Go on, with `GET /conversations/{conversationId}/messages`, before the first and after the last; null where there is nothing. */
    previousCursor: z.string().nullable(),
    nextCursor: z.string().nullable(),
  }),
  refuses: ['message.not_found'],
  status: 200,
});
