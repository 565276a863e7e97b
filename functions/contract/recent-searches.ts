import * as z from 'zod';
import { Instant } from './ids.ts';
import { route } from './route.ts';

/** A search of one's own, by what was searched for. */
const RecentSearchId = z
  .string()
  .regex(/^rcs_[A-Za-z0-9_-]{22}$/)
  .meta({ example: 'rcs_AZqYt2a0cK6fPpQ1mWk3Zg' });

export const RecentSearch = z
  .strictObject({ id: RecentSearchId, q: z.string(), searchedAt: Instant })
  .meta({ id: 'RecentSearch' });

export const listRecentSearches = route({
  method: 'GET',
  path: '/search/recent',
  summary:
    'What you searched for lately, each once, the last first: at most 50 of the last 90 days; nobody else sees them',
  permission: 'search:query',
  uses: ['table:query'],
  input: z.strictObject({}),
  output: z.strictObject({ items: z.array(RecentSearch) }),
  refuses: [],
  status: 200,
});

export const forgetRecentSearch = route({
  method: 'DELETE',
  path: '/search/recent/{recentSearchId}',
  summary: 'Forget one of your searches; one that is not there is no error',
  permission: 'search:query',
  uses: ['table:query', 'table:delete'],
  input: z.strictObject({ recentSearchId: RecentSearchId }),
  output: z.strictObject({ id: RecentSearchId }),
  refuses: [],
  status: 200,
});

export const forgetRecentSearches = route({
  method: 'DELETE',
  path: '/search/recent',
  summary: 'Forget all your searches',
  permission: 'search:query',
  uses: ['table:query', 'table:delete'],
  input: z.strictObject({}),
  output: z.strictObject({}),
  refuses: [],
  status: 200,
});
