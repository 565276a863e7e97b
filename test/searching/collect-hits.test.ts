import { describe, expect, it } from 'vitest';
import { collectHits } from '#searching/collect-hits.ts';

/** An index of this many hits, the newest with the greatest number. */
const asking = (count: number) => {
  const hits = Array.from({ length: count }, (_, number) => count - number);
  const sizes: number[] = [];
  return {
    sizes,
    source: {
      search: async (after: number | undefined, size: number) => {
        sizes.push(size);
        return hits.filter((seq) => after === undefined || seq < after).slice(0, size);
      },
      positionOf: (seq: number) => seq,
    },
  };
};
const those = (mayRead: (seq: number) => boolean) => async (hits: readonly number[]) =>
  hits.map((seq) => (mayRead(seq) ? seq : undefined));

describe('a page of hits', () => {
  it('is full and has no next page when the index has just that many', async () => {
    const { source, sizes } = asking(3);
    const page = await collectHits(
      source,
      those(() => true),
      { limit: 3, after: undefined },
    );
    expect(page).toEqual({ items: [3, 2, 1], next: undefined });
    expect(sizes).toEqual([4]);
  });

  it('never holds what is dropped, and is filled up from further hits', async () => {
    const { source } = asking(10);
    const page = await collectHits(
      source,
      those((seq) => seq % 2 === 1),
      { limit: 3, after: undefined },
    );
    expect(page).toEqual({ items: [9, 7, 5], next: 5 });
  });

  it('goes out short after a bounded number of rounds, with a place that loses nothing', async () => {
    const { source, sizes } = asking(1_000);
    const only = those((seq) => seq === 1);
    const first = await collectHits(source, only, { limit: 10, after: undefined });
    expect(first.items).toEqual([]);
    expect(sizes).toHaveLength(5);
    const found: number[] = [];
    for (let after = first.next; after !== undefined; ) {
      const page = await collectHits(source, only, { limit: 10, after });
      found.push(...page.items);
      after = page.next;
    }
    expect(found).toEqual([1]);
  });
});
