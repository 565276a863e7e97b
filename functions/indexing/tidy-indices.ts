import { deleteIndex } from '#gateways/search/indices.ts';
import { MAPPING_VERSION } from '#gateways/search/mapping.ts';
import { changeIndexState, indexState } from '#table/search-index.ts';
import { beginReindexOf } from './begin-reindex.ts';
import { goneWith } from './reindex-phases.ts';

const DAY_MS = 86_400_000;
/** Milliseconds after which nobody thinks any more that an index is in use, and for which it is deleted again should somebody late have made it anew. */
const [UNUSED_MS, FORGOTTEN_MS] = [120_000, 1_200_000];

/** Deletes what nobody uses any more: what is kept for longer than `keepDays`, and what left the state a while ago. `at` in ms. */
export async function tidyIndices(at: number, keepDays: number): Promise<void> {
  const { keptAt, gone } = await indexState();
  if (keptAt !== undefined && at - keptAt >= keepDays * DAY_MS)
    await changeIndexState((state) => {
      const { kept, keptAt: since, ...rest } = state;
      return since === keptAt ? { ...rest, gone: goneWith(state, [kept?.name], at) } : undefined;
    });
  for (const { name, at: since } of gone ?? []) if (at - since >= UNUSED_MS) await deleteIndex(name);
  if (gone?.some(({ at: since }) => at - since >= FORGOTTEN_MS))
    await changeIndexState((state) => ({
      ...state,
      gone: (state.gone ?? []).filter(({ at: since }) => at - since < FORGOTTEN_MS),
    }));
}

/**
 * Begins a reindex when the live index has a mapping other than the one that this code writes for: a deployment brought it.
 * Not when that one was rolled back: then somebody has to ask for it.
 */
export async function followMapping(at: number): Promise<boolean> {
  const { live, heldMapping } = await indexState();
  if (live.mapping === MAPPING_VERSION || heldMapping === MAPPING_VERSION) return false;
  return (await beginReindexOf({ scope: 'everything' }, at)) !== undefined;
}
