import type { Match, Position } from '#gateways/search/message-search.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';

/** Where a search goes on. */
export interface Place {
  /** When it began (ms). */
  readonly origin: number;
  readonly matched: Match;
  /** The point in time that its pages see, where they need one. */
  readonly pit: string | undefined;
  readonly after: Position;
}

export const cursorAt = (key: Buffer, list: string, { origin, matched, pit = '', after }: Place): string =>
  cursorFor(key, list, [origin, matched, pit, ...after]);

/** The place in a cursor that `cursorAt` made for the same list. Raises `request.cursor_invalid`. */
export function placeOf(key: Buffer, list: string, cursor: string): Place {
  const [origin, matched, pit, ...after] = positionOf(key, list, cursor);
  return {
    origin: Number(origin),
    matched: matched === 'similar' ? 'similar' : 'exact',
    pit: pit === '' ? undefined : String(pit),
    after,
  };
}
