import { MESSAGE_ID, REINDEX_ID } from './example-ids.ts';
import type { Inputs } from './example-inputs.ts';

/** One valid input an operation of search. */
export const SEARCH_EXAMPLES: Pick<Inputs, 'search' | 'indexing'> = {
  indexing: {
    startReindex: { scope: 'tenant' },
    listReindexes: {},
    getReindex: { reindexId: REINDEX_ID },
    changeReindex: { reindexId: REINDEX_ID, action: 'pause' },
    getSearchIndex: {},
  },
  search: {
    searchMessages: { q: '"analytical engine"' },
    getMessageContext: { messageId: MESSAGE_ID, before: 5, after: 5 },
    searchAll: { q: 'engine' },
    searchConversations: { q: 'engines', limit: 10 },
    searchUsers: { q: 'ada', limit: 10 },
    searchMedia: { q: 'engine', kind: 'image', limit: 10 },
    suggest: { q: 'from:a', caret: 6 },
    listRecentSearches: {},
    forgetRecentSearch: { recentSearchId: 'rcs_AZqYt2a0cK6fPpQ1mWk3Zg' },
    forgetRecentSearches: {},
    countSearchClick: {
      searchId: 'mi9r1c00_kPpQ1mWk3ZgAZqYt.AZqYt2a0cK6fPpQ1mWk3Zg',
      messageId: MESSAGE_ID,
      position: 1,
    },
    getSearchAnalytics: { from: '2026-11-16', to: '2026-11-22' },
  },
};
