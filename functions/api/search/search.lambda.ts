import { searchApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleCountSearchClick, handleGetSearchAnalytics } from './analytics.ts';
import { handleGetMessageContext } from './get-context.ts';
import { handleForgetRecentSearch, handleForgetRecentSearches, handleListRecentSearches } from './recent-searches.ts';
import { handleSearchMessages } from './search-messages.ts';

export const handler = service(searchApi, {
  searchMessages: handleSearchMessages,
  listRecentSearches: handleListRecentSearches,
  forgetRecentSearch: handleForgetRecentSearch,
  forgetRecentSearches: handleForgetRecentSearches,
  countSearchClick: handleCountSearchClick,
  getSearchAnalytics: handleGetSearchAnalytics,
  getMessageContext: handleGetMessageContext,
});
