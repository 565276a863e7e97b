import type { suggest } from '#contract/suggestions.ts';
import type { Handle } from '#runtime/service.ts';
import { findSuggestions } from '#searching/find-suggestions.ts';
import { permitSearch } from '#searching/permit.ts';

export const handleSuggest: Handle<typeof suggest> = async ({ q, caret = q.length, limit }, { caller, at }) => {
  const headers = await permitSearch(caller, 'suggestions', at);
  return { body: await findSuggestions(caller, { q, caret, limit }, at), headers };
};
