import { type Item, type TenantKey, tenantIdOf } from '#table/entity.ts';
import { ReindexEntity } from '#table/reindex.ts';
import { REINDEX_ID } from './example-ids.ts';

/** What the examples of the search index's upkeep find: a reindex of the tenant that goes on. */
export const reindexItem = (tenant: TenantKey, at: number): Item =>
  ReindexEntity.toItem(tenant, REINDEX_ID, {
    ...{ id: REINDEX_ID, scope: 'tenant', tenantId: tenantIdOf(tenant), by: 'ada', startedAt: at, status: 'running' },
    ...{
      phase: 'write',
      round: 1,
      known: { conversations: 4, messages: 90 },
      done: { conversations: 1, messages: 30 },
    },
    ...{ repairedNow: 0, repaired: 0, errors: 0, said: [], workedMs: 2_000, leaseUntil: 0 },
  });
