import type { ReindexScope } from '#domain/search/reindex.ts';
import { mintClientId } from '#runtime/operation-id.ts';
import { beginReindex, type Reindex } from '#table/reindex.ts';

/** What a reindex is to make anew, and who asked for it; nobody did where the system itself did. */
export interface Asked {
  readonly scope: ReindexScope;
  readonly tenantId?: string;
  readonly conversationId?: string;
  readonly partitions?: Record<string, number>;
  readonly by?: string;
}

/** Begins a reindex at `at` (ms); the job works on it within a minute. Undefined when one of the same holder is under way. */
export const beginReindexOf = (asked: Asked, at: number): Promise<Reindex | undefined> =>
  beginReindex({ ...asked, id: `rix_${mintClientId()}`, startedAt: at });
