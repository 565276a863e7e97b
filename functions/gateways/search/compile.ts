import type { Filter, Query } from '#domain/search/tree.ts';

export type Match = 'exact' | 'similar';

const holds = (fields: readonly string[], query: string): object => ({
  multi_match: { type: 'phrase', fields, query },
});

const filterOf = (filter: Filter): object => {
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
};

/** A query in the engine's language. What people wrote stands in it as values only. */
export function compile(query: Query, match: Match): object {
  switch (query.op) {
    case 'and':
      return { bool: { must: query.nodes.map((node) => compile(node, match)) } };
    case 'or':
      return query.nodes.length === 0
        ? { match_none: {} }
        : { bool: { should: query.nodes.map((node) => compile(node, match)), minimum_should_match: 1 } };
    case 'not':
      return { bool: { must_not: [compile(query.node, 'exact')] } };
    case 'words':
      return holds(['text', 'names'], query.words.join(' '));
    case 'code':
      return { term: { code: query.token } };
    case 'is':
      return filterOf(query.filter);
  }
}
