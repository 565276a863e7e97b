import type { SearchHit } from '#contract/search.ts';
import { highlight } from '#domain/search/highlight.ts';
import { isSearched } from '#domain/search/message-document.ts';
import { textsOf } from '#domain/search/texts.ts';
import type { Query } from '#domain/search/tree.ts';
import type { Hit, Match } from '#gateways/search/message-search.ts';
import type { Caller } from '#runtime/caller.ts';
import { readableMessages } from '#table/readable-messages.ts';

/**
 * Hits as their reader may see them at `at` (ms): each as the table holds it now, with what of it was asked for marked. Undefined for what
 * they may not read, and for what says nothing any more.
 */
export async function shownHits(
  { tenant, userId }: Caller,
  hits: readonly Hit[],
  { query, match }: { readonly query: Query; readonly match: Match },
  at: number,
): Promise<(SearchHit | undefined)[]> {
  const messages = await readableMessages(tenant, userId, hits, at);
  return messages.map((message) => {
    if (!message || !isSearched({ b: message.body })) return undefined;
    const highlights = textsOf(message.body).flatMap(({ field, text }) => {
      const found = highlight(text, query, match);
      return found.offsets.length === 0 ? [] : [{ field, ...found }];
    });
    return { message, highlights };
  });
}
