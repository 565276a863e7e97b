import { indexingApi } from '#contract/search-api.ts';
import { service } from '#runtime/service.ts';
import { handleChangeReindex } from './change-reindex.ts';
import { handleGetReindex } from './get-reindex.ts';
import { handleGetSearchIndex } from './get-search-index.ts';
import { handleListReindexes } from './list-reindexes.ts';
import { handleStartReindex } from './start-reindex.ts';

export const handler = service(indexingApi, {
  startReindex: handleStartReindex,
  listReindexes: handleListReindexes,
  getReindex: handleGetReindex,
  changeReindex: handleChangeReindex,
  getSearchIndex: handleGetSearchIndex,
});
