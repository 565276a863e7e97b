import { describe, expect, it } from 'vitest';
import { scope } from '#table/entity.ts';
import { changeIndexState, indexState } from '#table/search-index.ts';
import { listTenants } from '#table/tenant-registry.ts';
import { meetUser } from '#table/user.ts';
import { aGroup } from '#test/support/conversations.ts';
import { useTable } from '#test/support/table.ts';

useTable();

describe('which indices there are', () => {
  it('is one, before anybody has said otherwise', async () => {
    expect(await indexState()).toMatchObject({ live: { name: 'search-v2-1', mapping: 2, partitions: {} } });
  });

  it('is read anew by whoever writes, and at most five seconds old for whoever reads', async () => {
    const now = Date.now();
    const before = await indexState(now);
    const building = { name: 'search-v2-2', mapping: 2, partitions: { acme: 4 } };
    await changeIndexState((state) => ({ ...state, building }));
    expect((await indexState()).building).toEqual(building);
    expect(await indexState(now + 4_999)).toEqual(before);
    expect((await indexState(now + 5_000)).building).toEqual(building);
  });

  it('is changed by many at once as if by one after the other', async () => {
    const { last } = await indexState();
    await Promise.all(
      Array.from({ length: 8 }, () => changeIndexState((state) => ({ ...state, last: state.last + 1 }))),
    );
    expect((await indexState()).last).toBe(last + 8);
    const same = await indexState();
    expect(await changeIndexState(() => undefined)).toEqual(same);
  });
});

describe('the register of tenants', () => {
  it('has every tenant that has a conversation or a user, page by page', async () => {
    const ids = ['t1', 't2', 't3', 'T', 't1-2'];
    for (const id of ids.slice(1)) await aGroup(scope(id));
    await aGroup(scope('t2'));
    await meetUser(scope('t1'), { userId: 'ada' }, 1);
    const seen: string[] = [];
    for (let after: string | undefined; ; after = seen.at(-1)?.slice(2)) {
      const { tenants, more } = await listTenants({ after, limit: 2 });
      seen.push(...tenants);
      if (!more) break;
    }
    expect(seen).toEqual(ids.toSorted().map(scope));
  });
});
