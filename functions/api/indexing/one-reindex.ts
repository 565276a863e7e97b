import { Refusal } from '#domain/refusal.ts';
import type { Caller } from '#runtime/caller.ts';
import { EVERYTHING, findReindex, type Reindex } from '#table/reindex.ts';
import { isOperator } from './operators.ts';

/** A reindex that a caller may see: of their own tenant, or, by operators, of everything. Raises `reindex.not_found`. */
export async function oneReindex(caller: Caller, id: string): Promise<Reindex> {
  const found =
    (await findReindex(caller.tenant, id)) ?? (isOperator(caller) ? await findReindex(EVERYTHING, id) : undefined);
  if (!found) throw new Refusal('reindex.not_found');
  return found;
}
