import type { changeReindex } from '#contract/search-admin.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { askReindex } from '#table/reindex-run.ts';
import { indexState } from '#table/search-index.ts';
import { oneReindex } from './one-reindex.ts';
import { showReindex } from './show-reindex.ts';

/** Asks something of a reindex, which the job does at its next step. */
export const handleChangeReindex: Handle<typeof changeReindex> = async ({ reindexId, action }, { caller }) => {
  const run = await oneReindex(caller, reindexId);
  const notPossible = () => new Refusal('reindex.not_possible', { current: showReindex(run) });
  if (action === 'rollback') {
    const { live, kept } = await indexState();
    if (!kept || live.name !== run.generation?.name) throw notPossible();
  }
  const asked = await askReindex(run, action);
  if (asked === 'conflict') throw notPossible();
  return { body: showReindex(asked) };
};
