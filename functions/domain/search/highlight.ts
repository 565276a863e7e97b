import type { Query } from './tree.ts';

/** Where a text holds what made it match. */
export interface Highlight {
  /** Pieces of the text around the places: HTML whose only markup is `<mark>`. */
  readonly fragments: string[];
  /** Each place, in UTF-16 units of the text, in order, apart from each other. */
  readonly offsets: [start: number, end: number][];
}

/** What of a text made it match a query. */
export function highlight(_text: string, _query: Query, _match: 'exact' | 'similar'): Highlight {
  return { fragments: [], offsets: [] };
}
