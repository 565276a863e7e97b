import * as z from 'zod';
import { MessageId } from './ids.ts';
import { route } from './route.ts';
import { SearchId } from './search.ts';
import { READS } from './within.ts';

/** Days that one answer may tell of. */
export const MOST_DAYS = 31;

/** Terms of each list. */
export const MOST_TERMS = 50;

/** The last place that a click may name. */
const LAST_POSITION = 10_000;

const Day = z.iso.date().meta({ example: '2026-11-22' });
const Count = z.int();

/** How many searches, or clicks, are in a class that ends with a value; null in the last one, which has no end. */
const Latency = z.strictObject({ upToMs: z.int().nullable(), searches: Count });
const Place = z.strictObject({ upTo: z.int().nullable(), clicks: Count });

const Figures = {
  searches: Count,
  withoutResults: Count,
  /** Only what is similar was found. */
  similar: Count,
  clicks: Count,
  latencies: z.array(Latency),
  positions: z.array(Place),
};

/** What was looked for: its words, folded, without operators. */
const Term = z.strictObject({ term: z.string(), searches: Count, withoutResults: Count });

export const SearchAnalytics = z
  .strictObject({
    /** Whether searches are counted now; what was counted before is told for 90 days. */
    enabled: z.boolean(),
    from: Day,
    to: Day,
    ...Figures,
    /** A day without searches is not named. */
    days: z.array(z.strictObject({ day: Day, ...Figures })),
    /** Of what at least five different users searched for on one day, the most frequent; and the same of what was not found. */
    topTerms: z.array(Term),
    termsWithoutResults: z.array(Term),
    /** Searches for what fewer looked for, for more than a term, or with `remember=false`: nobody can tell what they were. */
    otherSearches: Count,
  })
  .meta({ id: 'SearchAnalytics' });
export type SearchAnalytics = z.input<typeof SearchAnalytics>;

export const getSearchAnalytics = route({
  method: 'GET',
  path: '/admin/search/analytics',
  summary: `How your tenant searches, by day (UTC), for at most ${MOST_DAYS} days; the last seven if you name none. No text that fewer than five users searched for is kept`,
  permission: 'search:analyse',
  uses: ['table:get', 'table:query'],
  input: z
    .strictObject({ from: Day.optional(), to: Day.optional() })
    .refine(({ from, to }) => !from || !to || from <= to, { path: ['to'], error: 'lies before `from`' }),
  output: SearchAnalytics,
  refuses: [],
  status: 200,
});

export const countSearchClick = route({
  method: 'POST',
  path: '/search/click',
  summary:
    'Say which hit of a search you opened; counted once for each search and message, within a day, where the tenant counts',
  permission: 'search:query',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:update', 'signing-key:read'],
  input: z.strictObject({
    /** As the search answered it. */
    searchId: SearchId,
    messageId: MessageId,
    /** Where the hit stood, from 1. */
    position: z.int().min(1).max(LAST_POSITION),
  }),
  output: z.strictObject({
    /** False for a click that was counted before, a search of somebody else’s or of more than a day ago, and where nothing is counted. */
    counted: z.boolean(),
  }),
  refuses: ['message.not_found'],
  status: 200,
});
