import type { RawQuery, Warning } from './raw-tree.ts';
import { wordsOf } from './words.ts';

export interface Parsed {
  readonly tree: RawQuery;
  readonly warnings: readonly Warning[];
}

/** What a query asks for, before names and dates are looked up. Never raises; in linear time. */
export function parse(q: string): Parsed {
  const nodes = wordsOf(q).map((word): RawQuery => ({ op: 'words', words: [word], prefix: false }));
  return { tree: { op: 'and', nodes }, warnings: [] };
}
