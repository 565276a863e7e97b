import type { forgetRecentSearch, forgetRecentSearches, listRecentSearches } from '#contract/recent-searches.ts';
import type { Handle } from '#runtime/service.ts';
import { forgetSearches, recentSearches } from '#table/recent-search.ts';

export const handleListRecentSearches: Handle<typeof listRecentSearches> = async (_, { caller, at: now }) => {
  const recent = await recentSearches(caller.tenant, caller.userId, now);
  return { body: { items: recent.map(({ id, q, at }) => ({ id, q, searchedAt: new Date(at).toISOString() })) } };
};

export const handleForgetRecentSearch: Handle<typeof forgetRecentSearch> = async ({ recentSearchId }, { caller }) => {
  await forgetSearches(caller.tenant, caller.userId, recentSearchId);
  return { body: { id: recentSearchId } };
};

export const handleForgetRecentSearches: Handle<typeof forgetRecentSearches> = async (_, { caller }) => {
  await forgetSearches(caller.tenant, caller.userId);
  return { body: {} };
};
