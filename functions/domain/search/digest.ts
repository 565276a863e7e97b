/** Some documents, as two numbers: how many, and the sum of their sums. Two sets that differ in one document differ in them. */
export interface Digest {
  readonly count: number;
  readonly sum: number;
}

const NOTHING: Digest = { count: 0, sum: 0 };

/** Numbers of a conversation whose documents are compared as one. */
export const RANGE = 1_000;

/** The first number of the range that a number lies in. */
export const rangeOf = (seq: number): number => seq - (seq % RANGE);

export const plus = (digest: Digest | undefined, sum: number): Digest => ({
  count: (digest?.count ?? 0) + 1,
  sum: (digest?.sum ?? 0) + sum,
});

export const isSame = (one: Digest = NOTHING, other: Digest = NOTHING): boolean =>
  one.count === other.count && one.sum === other.sum;

/** All of them as one. */
export const totalOf = (digests: Iterable<Digest>): Digest => {
  let [count, sum] = [0, 0];
  for (const each of digests) {
    count += each.count;
    sum += each.sum;
  }
  return { count, sum };
};

/** The ranges in which two sides differ. */
export const differing = (one: ReadonlyMap<number, Digest>, other: ReadonlyMap<number, Digest>): number[] =>
  [...new Set([...one.keys(), ...other.keys()])]
    .filter((range) => !isSame(one.get(range), other.get(range)))
    .toSorted((a, b) => a - b);

/** What differs between what a side should hold and what it holds, by key. */
export function differences<K>(
  wanted: ReadonlyMap<K, number>,
  held: ReadonlyMap<K, number>,
): { readonly missing: K[]; readonly stale: K[]; readonly ghosts: K[] } {
  return {
    missing: [...wanted.keys()].filter((key) => !held.has(key)),
    stale: [...wanted].filter(([key, sum]) => held.has(key) && held.get(key) !== sum).map(([key]) => key),
    ghosts: [...held.keys()].filter((key) => !wanted.has(key)),
  };
}
