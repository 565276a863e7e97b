import type { Filter, Query } from '#domain/search/tree.ts';
import { similarQuery, wordsQuery } from './words-query.ts';

/** `exact`: just what the query says. `similar`: its words, or what is like them. */
export type Match = 'exact' | 'similar';

/**
 * Terms that all words of a query together are looked for by, about: the engine counts them in the whole search
 * (`indices.query.bool.max_clause_count`, 1,024), and who may see what needs some too.
 */
const MOST_TERMS = 480;

const NOTHING = { match_none: {} };

function filterQuery(filter: Filter): object {
  switch (filter.by) {
    case 'sender':
      return { terms: { sender: filter.userIds } };
    case 'conversation':
      return { terms: { conversation: filter.conversationIds } };
    case 'mentions':
      return { terms: { mentions: [...filter.userIds, ...(filter.all ? ['*'] : [])] } };
    case 'has':
      return { term: { has: filter.what } };
    case 'type':
      return { term: { type: filter.type } };
    case 'lang':
      return { term: { lang: filter.lang } };
    case 'is':
      return filter.what === 'thread' ? { exists: { field: 'thread' } } : { term: { [filter.what]: true } };
    case 'time':
      return { range: { at: { gte: filter.from, lt: filter.before } } };
  }
}

/** How many words and phrases are asked for, not excluded. */
const wantedIn = (query: Query): number =>
  query.op === 'and' || query.op === 'or'
    ? query.nodes.reduce((sum, node) => sum + wantedIn(node), 0)
    : Number(query.op === 'words');

type WordsQuery = Query & { readonly op: 'words' };

class Compiler {
  readonly #words: (query: WordsQuery) => object;

  constructor(words: (query: WordsQuery) => object) {
    this.#words = words;
  }

  compile(query: Query): object {
    switch (query.op) {
      case 'and':
        return this.#all(query.nodes);
      case 'or':
        if (query.nodes.length === 0) return NOTHING;
        return { bool: { should: query.nodes.map((node) => this.compile(node)), minimum_should_match: 1 } };
      case 'not':
        return this.#all([query]);
      case 'words':
        return this.#words(query);
      case 'code':
      case 'is':
        return this.#all([query]);
    }
  }

  /** Words count for relevance; what is only true or not, and what is excluded, does not. */
  #all(nodes: readonly Query[]): object {
    const [must, filter, mustNot]: [object[], object[], object[]] = [[], [], []];
    for (const node of nodes) {
      if (node.op === 'not') mustNot.push(EXACT.compile(node.node));
      else if (node.op === 'is') filter.push(filterQuery(node.filter));
      else if (node.op === 'code') filter.push({ term: { code: node.token } });
      else must.push(this.compile(node));
    }
    const clauses = { must, filter, must_not: mustNot };
    return { bool: Object.fromEntries(Object.entries(clauses).filter(([, queries]) => queries.length > 0)) };
  }
}

const EXACT = new Compiler((words) => wordsQuery(words));

/**
 * A query in the engine's language. What people wrote stands in it as values only: fields and kinds of queries are ours. Operators
 * and what is excluded are never taken for something similar.
 */
export function compile(query: Query, match: Match): object {
  if (match === 'exact') return EXACT.compile(query);
  const share = MOST_TERMS / Math.max(1, wantedIn(query));
  return new Compiler((words) => similarQuery(words, share)).compile(query);
}
