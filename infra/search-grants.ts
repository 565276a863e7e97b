/** What each use of the search engine may ask of it, by path: the indices are `search-v<mapping>-<number>`. */
export const SEARCH_GRANTS = {
  'search:query': {
    on: 'searchDomainArn',
    actions: {
      // What is searched by its name, what readiness asks, and what pages of a search see that keep a point in time.
      '/search-v*/_search': ['es:ESHttpPost'],
      '/search/_search': ['es:ESHttpPost'],
      '/search-v*/_search/point_in_time': ['es:ESHttpPost'],
      '/_search': ['es:ESHttpPost'],
      '/_search/point_in_time': ['es:ESHttpDelete'],
    },
    environment: 'searchEndpoint',
  },
  'search:index': {
    on: 'searchDomainArn',
    actions: {
      // The index is created on the first write.
      '/search-v*': ['es:ESHttpPut'],
      '/search-v*/_bulk': ['es:ESHttpPost'],
    },
    environment: 'searchEndpoint',
  },
  // Whoever makes an index anew: creates and deletes it, fills it, looks into it, and gives it the alias.
  'search:manage': {
    on: 'searchDomainArn',
    actions: {
      '/search-v*': ['es:ESHttpPut', 'es:ESHttpDelete'],
      '/search-v*/_bulk': ['es:ESHttpPost'],
      '/search-v*/_search': ['es:ESHttpPost'],
      '/search-v*/_refresh': ['es:ESHttpPost'],
      '/_aliases': ['es:ESHttpPost'],
    },
    environment: 'searchEndpoint',
  },
  'search:sweep': {
    on: 'searchDomainArn',
    actions: { '/search-v*/_delete_by_query': ['es:ESHttpPost'] },
    environment: 'searchEndpoint',
  },
  'search:describe': { on: 'searchDomainArn', actions: { '': ['es:DescribeDomain'] }, environment: 'searchDomain' },
} as const;
