import type { Message } from '#contract/messages.ts';
import type { SearchHit } from '#contract/search.ts';
import { indexVersion, searchableText } from '#domain/searchable.ts';
import type { Hit, Position } from '#gateways/search.ts';

/** Rounds of asking for more when hits were dropped; after that the page goes out short, with a cursor. */
const ROUNDS = 5;

export interface Asking {
  /** The next hits after a place. */
  readonly search: (after: Position | undefined, size: number) => Promise<readonly Hit[]>;
  /** The messages of the hits as the table holds them, undefined where the caller may not read one now. */
  readonly readable: (hits: readonly Hit[]) => Promise<readonly (Message | undefined)[]>;
}

/** A hit as it may be shown: the table's message, with the index's highlights only if they are of this very state. */
function shown(hit: Hit, message: Message | undefined): SearchHit[] {
  if (!message || searchableText(message.body) === undefined) return [];
  const current = hit.version === indexVersion(message.version, true);
  return [{ message, highlights: current ? [...hit.highlights] : [] }];
}

/**
 * A page of hits, each checked against the table: the index may be stale, the table decides. A page that loses hits is
 * filled up from further ones. `next` is where the following page starts; undefined when the index has no more.
 */
export async function collectHits(
  { search, readable }: Asking,
  page: { readonly limit: number; readonly after: Position | undefined },
): Promise<{ items: SearchHit[]; next: Position | undefined }> {
  const items: SearchHit[] = [];
  let after = page.after;
  for (let round = 0; round < ROUNDS && items.length < page.limit; round++) {
    const missing = page.limit - items.length;
    // One more than needed tells whether there is a next page.
    const found = await search(after, missing + 1);
    const hits = found.slice(0, missing);
    const messages = await readable(hits);
    items.push(...hits.flatMap((hit, index) => shown(hit, messages[index])));
    if (found.length <= missing) return { items, next: undefined };
    after = hits.at(-1)!.position;
  }
  return { items, next: after };
}
