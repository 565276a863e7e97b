import type { getReindex } from '#contract/search-admin.ts';
import type { Handle } from '#runtime/service.ts';
import { oneReindex } from './one-reindex.ts';
import { showReindex } from './show-reindex.ts';

export const handleGetReindex: Handle<typeof getReindex> = async ({ reindexId }, { caller }) => ({
  body: showReindex(await oneReindex(caller, reindexId)),
});
