import type { OperatorName } from './raw-tree.ts';
import { tokensOf } from './tokens.ts';

/** What somebody is typing at the cursor. */
export interface Typed {
  /** What a suggestion takes the place of (UTF-16 code units): the value of an operator with its quotes, or all of the word or phrase. */
  readonly start: number;
  readonly end: number;
  /** What stands there before the cursor, without a quote at its beginning; empty where something new begins. */
  readonly text: string;
  /** The operator whose value it is. */
  readonly operator?: OperatorName;
}

/** What is being typed at a place of a query. Never raises; in linear time. */
export function typedAt(q: string, cursor: number): Typed {
  const before = (start: number) =>
    q.slice(start, cursor).replace(/^["\u00ab\u00bb\u201c\u201d\u201e\u201f\uff02]/, '');
  const here = ({ start, end }: { readonly start: number; readonly end: number }) => start <= cursor && cursor <= end;
  const token = tokensOf(q).findLast((token) => here(token) && !['open', 'close', 'minus'].includes(token.kind));
  if (!token) return { start: cursor, end: cursor, text: '' };
  if (token.kind === 'operator') {
    const value = token.values.findLast(here);
    if (value) return { start: value.start, end: value.end, text: before(value.start), operator: token.name };
  }
  return { start: token.start, end: Math.min(token.end, q.length), text: before(token.start) };
}
