import { searchApi } from '#contract/search-api.ts';
import { service } from '#runtime/service.ts';
import { handleCountSearchClick, handleGetSearchAnalytics } from './analytics.ts';
import { handleGetMessageContext } from './get-context.ts';
import { handleForgetRecentSearch, handleForgetRecentSearches, handleListRecentSearches } from './recent-searches.ts';
import { handleSearchAll, handleSearchConversations, handleSearchMedia, handleSearchUsers } from './search-box.ts';
import { handleSearchMessages } from './search-messages.ts';
import { handleSuggest } from './suggestions.ts';

export const handler = service(searchApi, {
  searchMessages: handleSearchMessages,
  searchAll: handleSearchAll,
  searchConversations: handleSearchConversations,
  searchUsers: handleSearchUsers,
  searchMedia: handleSearchMedia,
  suggest: handleSuggest,
  listRecentSearches: handleListRecentSearches,
  forgetRecentSearch: handleForgetRecentSearch,
  forgetRecentSearches: handleForgetRecentSearches,
  countSearchClick: handleCountSearchClick,
  getSearchAnalytics: handleGetSearchAnalytics,
  getMessageContext: handleGetMessageContext,
});
