/** Operators of the query language, as they are written: `from:ada`. What they mean: `operators.ts`. */
export const OPERATOR_NAMES = [
  'from',
  'in',
  'to',
  'has',
  'before',
  'after',
  'on',
  'during',
  'type',
  'mentions',
  'is',
  'lang',
] as const;
export type OperatorName = (typeof OPERATOR_NAMES)[number];

/** What somebody wrote, as a tree: names are names still, and dates as written. `resolve.ts` makes a `Query` of it. */
export type RawQuery =
  | { readonly op: 'and'; readonly nodes: readonly RawQuery[] }
  | { readonly op: 'or'; readonly nodes: readonly RawQuery[] }
  | { readonly op: 'not'; readonly node: RawQuery }
  | { readonly op: 'words'; readonly words: readonly string[]; readonly prefix: boolean }
  | { readonly op: 'code'; readonly token: string }
  /** An operator with its values, without their quotes; any of them will do. */
  | { readonly op: 'operator'; readonly name: OperatorName; readonly values: readonly string[] };

/** What about a query was not understood as it was meant, perhaps. The search goes on without it, or takes it for words. */
export type WarningCode =
  /** `foo:bar`: no operator has this name. It is searched as words. */
  | 'unknown_operator'
  /** `has:nothing`, `from:nobody`, `from:` without a value. It is searched as words. */
  | 'unknown_value'
  /** `before:soon`. It is searched as words. */
  | 'bad_date'
  /** `()`, or one that holds nothing to search for. It is left out. */
  | 'empty_group'
  /** `OR`, `AND`, `NOT` with nothing to join or negate: searched as a word. `-`: left out. */
  | 'lone_operator'
  /** No letter, digit, picture or token of code in it. It is left out. */
  | 'nothing_in_it'
  /** Groups inside groups, too many: the innermost parentheses are left out, not what is in them. */
  | 'too_deep'
  /** What follows is left out. */
  | 'too_many_clauses'
  /** A phrase of too many words: the last ones are left out. */
  | 'phrase_too_long';

export interface Warning {
  readonly code: WarningCode;
  /** What it is about, as it was written. */
  readonly text: string;
  /** For people, in English. */
  readonly message: string;
}
