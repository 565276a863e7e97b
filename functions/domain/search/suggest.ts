import type { Suggestion } from '#contract/suggestions.ts';
import { type Typed, typedAt } from './cursor.ts';
import { OPERATORS } from './operators.ts';
import type { OperatorName } from './raw-tree.ts';

/** Operators whose values are people, and those whose values are conversations. */
const PEOPLE: ReadonlySet<OperatorName | undefined> = new Set(['from', 'to', 'mentions', 'in', undefined]);
const CONVERSATIONS: ReadonlySet<OperatorName | undefined> = new Set(['in', undefined]);
/** Of these all values are known; those of the others are only examples, but for these. */
const CLOSED: ReadonlySet<OperatorName> = new Set(['has', 'is', 'type', 'lang', 'before', 'after', 'on', 'during']);
const WORDS = ['me', 'all'];

/** Suggestions of each kind, where there is more than one. */
const MOST_OF_EACH = 4;

/** What is asked at a place of a query. */
export interface Asked {
  readonly q: string;
  readonly typed: Typed;
  /** What a name begins with that is looked for; undefined where none is. */
  readonly person: string | undefined;
  readonly conversation: string | undefined;
}

/** What has to be looked up for a query whose caret stands at a place. */
export function askedAt(q: string, caret: number): Asked {
  const typed = typedAt(q, Math.min(caret, q.length));
  // What follows `@` or `#` is a name, whatever else the language means by it.
  const text = typed.text.replace(/^[@#]/, '').trim();
  const wanted = text === '' ? undefined : text;
  return {
    ...{ q, typed },
    person: PEOPLE.has(typed.operator) ? wanted : undefined,
    conversation: CONVERSATIONS.has(typed.operator) ? wanted : undefined,
  };
}

export interface Found {
  readonly recent: readonly string[];
  readonly people: readonly { readonly userId: string; readonly displayName?: string | undefined }[];
  /** `alone`: no other conversation of the caller's has this name. */
  readonly conversations: readonly {
    readonly conversationId: string;
    readonly name: string;
    readonly alone: boolean;
  }[];
}

/** A value as it is written in a query: in quotes where it is not one word. */
const written = (value: string): string => (/^[\p{L}\p{M}\p{N}_.@-]+$/u.test(value) ? value : `"${value}"`);

/** What is suggested, in the order in which it is shown. */
export function suggestionsFor(
  { q, typed }: Asked,
  { recent, people, conversations }: Found,
  limit: number,
): Suggestion[] {
  const { start, end, text, operator } = typed;
  const replaces: [number, number] = [start, end];
  const begun = text.toLowerCase();
  const begins = (value: string): boolean => value.startsWith(begun) && value !== begun;
  const values = OPERATORS.filter(({ name }) => name === operator).flatMap(({ name, values: known }) =>
    CLOSED.has(name) ? known : known.filter((value) => WORDS.includes(value)),
  );
  const sections: Suggestion[][] = [
    recent.map((search) => ({ kind: 'recent', label: search, insert: search, replaces: [0, q.length] })),
    values.filter(begins).map((value) => ({ kind: 'value', label: value, insert: value, replaces })),
    operator
      ? []
      : OPERATORS.filter(({ name }) => name.startsWith(begun)).map(({ name, description }) => ({
          ...{ kind: 'operator', label: description, insert: `${name}:`, replaces },
        })),
    people.map(({ userId, displayName }) => ({
      ...{ kind: 'person', label: displayName ?? userId, userId, replaces },
      insert: operator ? `@${userId}` : `from:@${userId}`,
    })),
    conversations.map(({ conversationId, name, alone }) => {
      const value = alone && !name.includes('"') ? written(name) : conversationId;
      return { kind: 'conversation', label: name, conversationId, replaces, insert: operator ? value : `in:${value}` };
    }),
  ];
  const most = operator ? limit : MOST_OF_EACH;
  return sections.flatMap((section) => section.slice(0, most)).slice(0, limit);
}
