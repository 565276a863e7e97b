import type { listReindexes as route } from '#contract/search-admin.ts';
import type { Handle } from '#runtime/service.ts';
import { EVERYTHING, listReindexes } from '#table/reindex.ts';
import { isOperator } from './operators.ts';
import { showReindex } from './show-reindex.ts';

export const handleListReindexes: Handle<typeof route> = async ({ limit }, { caller }) => {
  const lists = await Promise.all(
    [caller.tenant, ...(isOperator(caller) ? [EVERYTHING] : [])].map((holder) => listReindexes(holder, limit)),
  );
  const latest = lists.flat().toSorted((one, other) => other.startedAt - one.startedAt);
  return { body: { items: latest.slice(0, limit).map(showReindex) } };
};
