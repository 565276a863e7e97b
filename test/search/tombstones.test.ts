import { beforeAll, expect, it } from 'vitest';
import { sweepTombstones } from '#functions/indexing/sweep-tombstones.ts';
import { writeDocuments } from '#functions/indexing/write-documents.ts';
import { createIndex, deleteIndex, refreshIndex } from '#gateways/search/indices.ts';
import { changeIndexState } from '#table/search-index.ts';
import { useTable } from '#test/support/table.ts';
import { aTenantId, engine } from './engine.ts';

useTable();

const INDEX = `search-v2-${crypto.randomUUID()}`;
beforeAll(async () => {
  await createIndex(INDEX);
  await changeIndexState((state) => ({ ...state, live: { name: INDEX, mapping: 2, partitions: {} } }));
  return () => deleteIndex(INDEX);
});

const DAY_MS = 86_400_000;

it('keeps tombstones for a week, and what is no tombstone for ever', async () => {
  const [tenant, now] = [aTenantId(), Date.UTC(2026, 10, 21)];
  const gone = (id: number, days: number) => ({
    ...{ id: `${tenant}/${id}`, tenant, version: 1 },
    document: { kind: 'gone' as const, tenant, removedAt: now - days * DAY_MS },
  });
  const user = { kind: 'user' as const, tenant, user: 'ada', names: 'ada', sum: 1 };
  await writeDocuments([gone(1, 6), gone(2, 8), gone(3, 80), { ...gone(4, 80), document: user }]);
  await refreshIndex(INDEX);
  expect(await sweepTombstones({ now: () => now, until: now })).toBe(0);
  expect(await sweepTombstones({ now: () => now, until: now + 1 })).toBe(2);
  await refreshIndex(INDEX);
  const { hits } = (await engine('GET', `/${INDEX}/_search`)) as { hits: { hits: { _id: string }[] } };
  expect(hits.hits.map(({ _id }) => _id).sort()).toEqual([`${tenant}/1`, `${tenant}/4`]);
});
