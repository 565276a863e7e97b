import type { searchMessages } from '#contract/search.ts';
import type { Handle } from '#runtime/service.ts';
import { answering } from '#searching/answering.ts';
import { findMessages } from '#searching/find-messages.ts';
import { permitSearch } from '#searching/permit.ts';
import { afterSearch } from '#searching/remember.ts';
import { searchIdOf } from '#searching/search-id.ts';

export const handleSearchMessages: Handle<typeof searchMessages> = async (input, { caller, requestId, at }) => {
  const { remember, ...ask } = input;
  const started = performance.now();
  const headers = await permitSearch(caller, 'searches', at);
  const [found, searchId] = await Promise.all([
    answering(requestId, () => findMessages(caller, ask, at)),
    searchIdOf(caller, at),
  ]);
  const took = Math.round(performance.now() - started);
  const { items, nextCursor, matched } = found;
  if (ask.cursor === undefined) {
    const empty = items.length === 0 && nextCursor === null;
    await afterSearch(caller, { q: ask.q, at, ms: took, empty, similar: matched === 'similar', remember });
  }
  return { body: { ...found, searchId, took }, headers };
};
