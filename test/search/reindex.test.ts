import './engine.ts';
import { describe, expect, it } from 'vitest';
import { beginReindexOf } from '#indexing/begin-reindex.ts';
import { workOn } from '#indexing/reindex.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { EVERYTHING, findReindex, holderOf, type Reindex } from '#table/reindex.ts';
import { askReindex } from '#table/reindex-run.ts';
import { indexState } from '#table/search-index.ts';
import { meetUser } from '#table/user.ts';
import { aGroup, sendText } from '#test/support/conversations.ts';
import { follow, followAll, heldOf, useIndices, wantedOf } from '#test/support/search-index.ts';
import { useTable } from '#test/support/table.ts';
import { aTenantId, engine } from './engine.ts';

useTable();
useIndices();

const pace = (ms = 30_000) => ({ now: Date.now, until: Date.now() + ms });
const again = async (run: Reindex) => (await findReindex(holderOf(run), run.id))!;

/** A tenant with users and some conversations with messages. */
async function aTenant(conversations = 3, messages = 5): Promise<{ id: string; conversationIds: string[] }> {
  const id = aTenantId();
  const tenant = scope(id);
  for (const userId of ['ada', 'bob']) await meetUser(tenant, { userId, name: `The ${userId}` }, 1);
  const conversationIds: string[] = [];
  for (let each = 0; each < conversations; each++) {
    const conversationId = await aGroup(tenant);
    conversationIds.push(conversationId);
    for (let n = 1; n <= messages; n++) await sendText(logOf(tenant, conversationId), `engine ${each} runs ${n}`);
  }
  return { id, conversationIds };
}

describe('a reindex of everything', () => {
  it('fills another index from the table, lets it take the place of the live one, and keeps that', async () => {
    const tenants = [await aTenant(), await aTenant(1, 2)];
    // One of them was never indexed: the stream lost it.
    await followAll(tenants[0]!.id);
    const before = await indexState();
    const run = (await beginReindexOf({ scope: 'everything', by: 'ada' }, Date.now()))!;
    expect(await workOn(run, pace())).toBe('ended');
    const { live, kept, building } = await indexState();
    expect(building).toBeUndefined();
    expect(kept).toEqual(before.live);
    expect(live.name).not.toBe(before.live.name);
    for (const { id } of tenants) {
      expect(Object.keys(await wantedOf(id)).length).toBeGreaterThan(4);
      expect(await heldOf(live.name, id)).toEqual(await wantedOf(id));
    }
    expect(Object.keys(await engine('GET', '/_alias/search'))).toEqual([live.name]);
    expect(await again(run)).toMatchObject({
      ...{ status: 'done', phase: 'ended', errors: 0, repaired: 0 },
      ...{ known: { conversations: 4 }, done: { conversations: 4, messages: 17 } },
    });
    expect(await workOn(run, pace())).not.toBe('more');
  });

  it('can be rolled back, and what was written meanwhile is in the older index too', async () => {
    const { id, conversationIds } = await aTenant();
    await followAll(id);
    const before = await indexState();
    const run = (await beginReindexOf({ scope: 'everything' }, Date.now()))!;
    await workOn(run, pace());
    const tenant = scope(id);
    const { seq } = (await sendText(logOf(tenant, conversationIds[0]!), 'later')) as { seq: number };
    await follow(tenant, conversationIds[0]!, seq);
    expect(await askReindex(await again(run), 'rollback')).toMatchObject({ wanted: 'rollback' });
    expect(await workOn(run, pace())).toBe('ended');
    const after = await indexState();
    expect(after).toMatchObject({ live: before.live, heldMapping: 2 });
    expect(await heldOf(after.live.name, id)).toEqual(await wantedOf(id));
    expect(await again(run)).toMatchObject({ status: 'rolled_back' });
  });

  it('begins once, however many ask at once', async () => {
    const begun = await Promise.all(
      Array.from({ length: 6 }, () => beginReindexOf({ scope: 'everything' }, Date.now())),
    );
    expect(begun.filter((run) => run)).toHaveLength(1);
    const run = begun.find((each) => each)!;
    expect(await Promise.all([workOn(run, pace()), workOn(run, pace())]).then((all) => all.sort())).toEqual([
      'ended',
      'passed',
    ]);
    expect(await findReindex(EVERYTHING, run.id)).toMatchObject({ status: 'done' });
  });
});
