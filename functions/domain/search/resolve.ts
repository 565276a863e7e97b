import { type Period, periodOf } from './dates.ts';
import { SEARCHED_TYPES } from './operators.ts';
import { MAX_PHRASE, type Parsed, warning } from './parse.ts';
import type { OperatorName, RawQuery, Warning } from './raw-tree.ts';
import { BEINGS, type Filter, HOLDINGS, type Query } from './tree.ts';
import { folded, wordsOf } from './words.ts';

/** What is known of the names in a query, by whoever asks. */
export interface Names {
  /** User id of the caller. */
  readonly me: string;
  /** Milliseconds. */
  readonly now: number;
  /** IANA, a valid one: in it days begin and end. */
  readonly timeZone: string;
  /** Ids of the users with this id or display name, whatever its case; none: nobody is called so. */
  usersNamed(text: string): Promise<readonly string[]>;
  /** Ids of the caller's conversations with this id or name, whatever its case. */
  conversationsNamed(text: string): readonly string[] | Promise<readonly string[]>;
  /** The caller's direct conversation with a user. */
  directWith(userId: string): string | undefined;
  directConversationIds(): readonly string[];
}

const NOTHING: Query = { op: 'or', nodes: [] };
const is = (filter: Filter): Query => ({ op: 'is', filter });
const not = (node: Query): Query => ({ op: 'not', node });
const and = (...nodes: readonly Query[]): Query => ({ op: 'and', nodes });
const either = (nodes: readonly Query[]): Query => (nodes.length === 1 ? nodes[0]! : { op: 'or', nodes });

const among = <Choice extends string>(choices: readonly Choice[], value: string): Choice | undefined =>
  choices.find((choice) => choice === folded(value));

/** English names of languages by their ISO 639-1 codes: what has none is no language. */
const LANGUAGES = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
const languageOf = (value: string): string | undefined => {
  const lang = folded(value).split(/[-_]/, 1)[0]!;
  return /^[a-z]{2}$/.test(lang) && LANGUAGES.of(lang) !== undefined ? lang : undefined;
};

/** What is `value` of an operator: undefined where there is no such thing. */
type Meaning = (value: string, names: Names) => Query | undefined | Promise<Query | undefined>;

const users = async (value: string, names: Names): Promise<readonly string[]> =>
  folded(value) === 'me' ? [names.me] : names.usersNamed(value.replace(/^@/, ''));

const conversations = (conversationIds: readonly string[]): Query =>
  conversationIds.length === 0 ? NOTHING : is({ by: 'conversation', conversationIds });

const withThem = (userIds: readonly string[], names: Names): Query =>
  conversations(userIds.flatMap((userId) => names.directWith(userId) ?? []));

const ifAny = <Item>(items: readonly Item[], then: (items: readonly Item[]) => Query): Query | undefined =>
  items.length === 0 ? undefined : then(items);

const date =
  (filter: (period: Period) => { readonly from?: number; readonly before?: number }): Meaning =>
  (value, names) => {
    const period = periodOf(value, names);
    return period && is({ by: 'time', ...filter(period) });
  };

const within = date(({ from, before }) => ({ from, before }));

const MEANINGS: Readonly<Record<OperatorName, Meaning>> = {
  from: async (value, names) => ifAny(await users(value, names), (userIds) => is({ by: 'sender', userIds })),
  in: async (value, names) =>
    value.startsWith('@')
      ? ifAny(await users(value, names), (userIds) => withThem(userIds, names))
      : ifAny(await names.conversationsNamed(value.replace(/^#/, '')), conversations),
  to: async (value, names) => {
    const notBy = (userIds: readonly string[]) => not(is({ by: 'sender', userIds }));
    if (folded(value) === 'me') return and(conversations(names.directConversationIds()), notBy([names.me]));
    return ifAny(await users(value, names), (userIds) =>
      either(userIds.map((userId) => and(withThem([userId], names), notBy([userId])))),
    );
  },
  has: (value) => {
    const what = among(HOLDINGS, value);
    return what && is({ by: 'has', what });
  },
  before: date(({ from }) => ({ before: from })),
  after: date(({ before }) => ({ from: before })),
  on: within,
  during: within,
  type: (value) => {
    const type = among(SEARCHED_TYPES, value);
    return type === undefined ? undefined : is({ by: 'type', type });
  },
  mentions: async (value, names) => {
    // What calls all calls me, as for the counts of unread mentions; another user is asked for by name.
    if (folded(value) === 'me') return is({ by: 'mentions', userIds: [names.me], all: true });
    if (['all', '@all'].includes(folded(value))) return is({ by: 'mentions', userIds: [], all: true });
    return ifAny(await users(value, names), (userIds) => is({ by: 'mentions', userIds, all: false }));
  },
  is: (value) => {
    const what = among(BEINGS, value);
    return what && is({ by: 'is', what });
  },
  lang: (value) => {
    const lang = languageOf(value);
    return lang === undefined ? undefined : is({ by: 'lang', lang });
  },
};

const DATED: ReadonlySet<OperatorName> = new Set(['before', 'after', 'on', 'during']);

interface Resolved {
  readonly query: Query;
  readonly warnings: readonly Warning[];
}

async function operator({ name, values }: RawQuery & { op: 'operator' }, names: Names): Promise<Resolved> {
  const meant = await Promise.all(values.map((value) => MEANINGS[name](value, names)));
  const known = meant.filter((query) => query !== undefined);
  const warnings = values
    .filter((_, index) => meant[index] === undefined)
    .map((value) => warning(DATED.has(name) ? 'bad_date' : 'unknown_value', `${name}:${value}`));
  if (known.length > 0) return { query: either(known), warnings };
  // As if it were no operator: what has no space in it is a phrase of its words.
  const words = wordsOf(`${name} ${values.join(' ')}`).slice(0, MAX_PHRASE);
  return { query: { op: 'words', words, prefix: false }, warnings };
}

async function resolved(tree: RawQuery, names: Names): Promise<Resolved> {
  if (tree.op === 'operator') return operator(tree, names);
  if (tree.op === 'not') {
    const { query, warnings } = await resolved(tree.node, names);
    return { query: not(query), warnings };
  }
  if (tree.op !== 'and' && tree.op !== 'or') return { query: tree, warnings: [] };
  const nodes = await Promise.all(tree.nodes.map((node) => resolved(node, names)));
  return {
    query: { op: tree.op, nodes: nodes.map(({ query }) => query) },
    warnings: nodes.flatMap(({ warnings }) => warnings),
  };
}

/** A query ready to be compiled: names are ids, dates are times. Raises what the look-ups raise, nothing else. */
export async function resolve({ tree, warnings }: Parsed, names: Names): Promise<Resolved> {
  const { query, warnings: more } = await resolved(tree, names);
  return { query, warnings: [...warnings, ...more] };
}
