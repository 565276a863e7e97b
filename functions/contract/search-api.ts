import * as recent from './recent-searches.ts';
import type { Route } from './route.ts';
import * as search from './search.ts';
import * as searchAdmin from './search-admin.ts';
import * as analytics from './search-analytics.ts';
import * as searchBox from './search-box.ts';
import * as suggestions from './suggestions.ts';

/** The operations of searching, and of the index, as `api.ts` has those of all others. */
export const searchApi = {
  searchMessages: search.searchMessages,
  searchAll: searchBox.searchAll,
  searchConversations: searchBox.searchConversations,
  searchUsers: searchBox.searchUsers,
  searchMedia: searchBox.searchMedia,
  suggest: suggestions.suggest,
  listRecentSearches: recent.listRecentSearches,
  forgetRecentSearch: recent.forgetRecentSearch,
  forgetRecentSearches: recent.forgetRecentSearches,
  countSearchClick: analytics.countSearchClick,
  getSearchAnalytics: analytics.getSearchAnalytics,
  getMessageContext: search.getMessageContext,
} as const satisfies Record<string, Route>;
export const indexingApi = {
  startReindex: searchAdmin.startReindex,
  listReindexes: searchAdmin.listReindexes,
  getReindex: searchAdmin.getReindex,
  changeReindex: searchAdmin.changeReindex,
  getSearchIndex: searchAdmin.getSearchIndex,
} as const satisfies Record<string, Route>;
