import * as z from 'zod';
import { Message } from './messages.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';

/** Characters (UTF-16 code units) of a query. */
export const MAX_QUERY = 256;

export const SearchHit = z
  .strictObject({
    message: Message,
    /**
     * Fragments of the text, HTML-escaped, the words found in `<mark>`. Empty when the message was edited and the index
     * has not followed yet.
     */
    highlights: z.array(z.string()),
  })
  .meta({ id: 'SearchHit' });
export type SearchHit = z.output<typeof SearchHit>;

export const searchMessages = route({
  method: 'GET',
  path: '/search/messages',
  summary: 'Search the messages of your conversations; words in quotes are a phrase',
  permission: 'search:query',
  uses: ['table:get', 'table:query-by-user', 'table:batch-get', 'archive:read', 'search:query', 'signing-key:read'],
  input: z.strictObject({ q: z.string().trim().min(1).max(MAX_QUERY), limit: Limit, cursor: Cursor.optional() }),
  output: page(SearchHit),
  refuses: ['request.cursor_invalid', 'search.unavailable'],
  status: 200,
});
