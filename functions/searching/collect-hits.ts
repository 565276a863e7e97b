/** Rounds of asking for more when hits were dropped; after that the page goes out short, with a cursor. */
const ROUNDS = 5;

export interface Asking<Hit, Position> {
  /** The next hits after a place. */
  readonly search: (after: Position | undefined, size: number) => Promise<readonly Hit[]>;
  readonly positionOf: (hit: Hit) => Position;
}

/**
 * A page of hits, each as `shown` answers for it: the index may be stale, the table decides; undefined is dropped. A page
 * that loses hits is filled up from further ones. `next` is where the following page starts; undefined when the index has no more.
 */
export async function collectHits<Hit, Position, Item>(
  { search, positionOf }: Asking<Hit, Position>,
  shown: (hits: readonly Hit[]) => Promise<readonly (Item | undefined)[]>,
  page: { readonly limit: number; readonly after: Position | undefined },
): Promise<{ items: Item[]; next: Position | undefined }> {
  const items: Item[] = [];
  let after = page.after;
  for (let round = 0; round < ROUNDS && items.length < page.limit; round++) {
    const missing = page.limit - items.length;
    // One more than needed tells whether there is a next page.
    const found = await search(after, missing + 1);
    const hits = found.slice(0, missing);
    items.push(...(await shown(hits)).filter((item) => item !== undefined));
    if (found.length <= missing) return { items, next: undefined };
    after = positionOf(hits.at(-1)!);
  }
  return { items, next: after };
}
