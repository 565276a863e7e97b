import { describe, expect, it } from 'vitest';
import { writeDocuments } from '#functions/indexing/write-documents.ts';
import { writesTo } from '#gateways/search/bulk.ts';
import { createIndex, deleteIndex, SEARCH_ALIAS, swapAlias } from '#gateways/search/indices.ts';
import { changeIndexState, indexState } from '#table/search-index.ts';
import { useTable } from '#test/support/table.ts';
import { aTenantId, engine } from './engine.ts';

useTable();

const aName = (): string => `search-v2-${crypto.randomUUID()}`;
const exists = (name: string): Promise<boolean> =>
  engine('GET', `/${name}`).then(
    () => true,
    () => false,
  );
const generation = (name: string) => ({ name, mapping: 2, partitions: {} });
const aWrite = (version = 1) => {
  const tenant = aTenantId();
  return { id: `${tenant}/x`, tenant, version, document: { kind: 'gone' as const, tenant, removedAt: version } };
};
const count = async (name: string): Promise<unknown> => {
  await engine('POST', `/${name}/_refresh`);
  return (await engine('GET', `/${name}/_count`))['count'];
};

describe('the indices', () => {
  it('are created, named by the alias one at a time, and deleted, as often as it is asked', async () => {
    const [one, two] = [aName(), aName()];
    const alias = `test-${crypto.randomUUID()}`;
    await Promise.all(Array.from({ length: 4 }, () => createIndex(one, { alias })));
    await createIndex(two);
    expect(Object.keys(await engine('GET', `/_alias/${alias}`))).toEqual([one]);
    for (const name of [two, two, one, two]) {
      await swapAlias(alias, name);
      expect(Object.keys(await engine('GET', `/_alias/${alias}`))).toEqual([name]);
    }
    for (const name of [one, two, one]) await deleteIndex(name);
    expect([await exists(one), await exists(two)]).toEqual([false, false]);
  });
});

describe('a write', () => {
  it('goes to every index in use, and makes the live one when there is none', async () => {
    const [live, building, kept] = [aName(), aName(), aName()];
    for (const name of [building, kept]) await createIndex(name);
    await changeIndexState((state) => ({
      ...state,
      live: generation(live),
      building: generation(building),
      kept: generation(kept),
    }));
    expect(await Promise.all([writeDocuments([aWrite()]), writeDocuments([aWrite()])])).toEqual([
      ['indexed'],
      ['indexed'],
    ]);
    for (const name of [live, building, kept]) expect(await count(name)).toBe(2);
    expect(await engine('GET', `/${live}/_alias`)).toEqual({
      [live]: { aliases: { [SEARCH_ALIAS]: {}, [writesTo(live)]: {} } },
    });
    for (const name of [live, building, kept]) await deleteIndex(name);
  });

  it('that comes late for an index no longer in use is not held up and does not make it again', async () => {
    const [live, building] = [aName(), aName()];
    await changeIndexState(({ kept: _, building: __, ...state }) => ({ ...state, live: generation(live) }));
    expect(await writeDocuments([aWrite()], { into: [generation(live), generation(building)] })).toEqual(['indexed']);
    expect([await exists(live), await exists(building)]).toEqual([true, false]);
    await deleteIndex(live);
  });

  it('fails for now while an index that is being built is not there', async () => {
    const [live, building] = [aName(), aName()];
    await changeIndexState((state) => ({ ...state, live: generation(live), building: generation(building) }));
    const late = writeDocuments([aWrite()]);
    expect(await late).toEqual([{ failed: expect.stringContaining('index_not_found'), missing: true }]);
    expect(await exists(building)).toBe(false);
    expect((await indexState()).building).toEqual(generation(building));
    await deleteIndex(live);
  });
});
