import './engine.ts';
import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { transport } from '#aws/transport.ts';
import { messageIdOf } from '#contract/ids.ts';
import { beginReindexOf } from '#indexing/begin-reindex.ts';
import { workOn } from '#indexing/reindex.ts';
import { followMapping, tidyIndices } from '#indexing/tidy-indices.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { MessageEntity } from '#table/message.ts';
import { dueReindexes, EVERYTHING, findReindex, holderOf, type Reindex } from '#table/reindex.ts';
import { askReindex } from '#table/reindex-run.ts';
import { changeIndexState, indexState } from '#table/search-index.ts';
import { tableName } from '#table/table-name.ts';
import { meetUser } from '#table/user.ts';
import { aGroup, sendText } from '#test/support/conversations.ts';
import { follow, followAll, freshIndices, heldOf, useIndices, wantedOf } from '#test/support/search-index.ts';
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

describe('what a reindex finds', () => {
  it('missing in the new index at the end is put there, and what is no longer in the table is taken out', async () => {
    const { id, conversationIds } = await aTenant(1, 4);
    const run = (await beginReindexOf({ scope: 'everything' }, Date.now()))!;
    const [conversationId] = conversationIds as [string];
    const idOf = (seq: number) => encodeURIComponent(`${id}/${messageIdOf(conversationId, seq)}`);
    /** Somebody takes a message out of the new index once all is written, and puts in one that never was. */
    const tamper = async () => {
      const { name } = (await indexState()).building!;
      await engine('DELETE', `/${name}/_doc/${idOf(3)}?routing=${id}&version=1&version_type=external_gte`);
      await engine('PUT', `/${name}/_doc/${idOf(9)}?routing=${id}&refresh=true&version=1&version_type=external`, {
        ...{ kind: 'message', tenant: id, conversation: conversationId, seq: 9, sum: 7 },
      });
    };
    const { send } = transport;
    transport.send = async (url, request) => {
      if (!url.pathname.endsWith('/_search')) return send(url, request);
      transport.send = send;
      await tamper();
      return send(url, request);
    };
    expect(await workOn(run, pace())).toBe('ended');
    const { live } = await indexState();
    expect(live).toEqual((await again(run)).generation);
    expect(await heldOf(live.name, id)).toEqual(await wantedOf(id));
    expect(await again(run)).toMatchObject({ status: 'done', round: 1, repaired: 2 });
  });

  it('unreadable is told, and the index waits for somebody to say that it goes live without', async () => {
    const { id, conversationIds } = await aTenant(1, 3);
    const before = await indexState();
    const [conversationId] = conversationIds as [string];
    const Key = { ...MessageEntity.key(scope(id), { conversationId, seq: 3 }) };
    await documents.update({
      ...{ TableName: tableName(), Key, UpdateExpression: 'SET b = :b' },
      ExpressionAttributeValues: { ':b': 'broken' },
    });
    const run = (await beginReindexOf({ scope: 'everything' }, Date.now()))!;
    expect(await workOn(run, pace())).toBe('waits');
    expect(await again(run)).toMatchObject({
      ...{ status: 'stuck', phase: 'swap', errors: 1, said: [expect.stringContaining(`${conversationId} 3`)] },
    });
    expect((await indexState()).live).toEqual(before.live);
    await askReindex(await again(run), 'resume');
    expect(await workOn(run, pace())).toBe('ended');
    expect((await indexState()).live.name).not.toBe(before.live.name);
    await documents.delete({ TableName: tableName(), Key });
  });
});

describe('a reindex of a tenant, or of a conversation', () => {
  it('writes it again where it is, and buries what the table no longer has', async () => {
    const { id, conversationIds } = await aTenant(2, 4);
    const [one, other] = conversationIds as [string, string];
    await followAll(id);
    const { live } = await indexState();
    const gone = { TableName: tableName(), Key: { ...MessageEntity.key(scope(id), { conversationId: one, seq: 2 }) } };
    await documents.delete(gone);
    await sendText(logOf(scope(id), one), 'lost');
    await sendText(logOf(scope(id), other), 'lost too');
    const run = (await beginReindexOf({ scope: 'conversation', tenantId: id, conversationId: one }, Date.now()))!;
    expect(await workOn(run, pace())).toBe('ended');
    const missing = `${id}/${messageIdOf(other, 6)}`;
    const { [missing]: _, ...wanted } = await wantedOf(id);
    expect(await heldOf(live.name, id)).toEqual(wanted);
    const whole = (await beginReindexOf({ scope: 'tenant', tenantId: id }, Date.now()))!;
    expect(await workOn(whole, pace())).toBe('ended');
    expect(await heldOf(live.name, id)).toEqual(await wantedOf(id));
    expect((await indexState()).live).toEqual(live);
  });
});

describe('a deployment with another mapping', () => {
  it('begins a reindex by itself, once, and not again for what was rolled back', async () => {
    await freshIndices();
    expect(await followMapping(Date.now())).toBe(false);
    await changeIndexState((state) => ({ ...state, live: { ...state.live, mapping: 1 } }));
    const before = await indexState();
    const both = await Promise.all([followMapping(Date.now()), followMapping(Date.now())]);
    expect(both.filter((begun) => begun)).toHaveLength(1);
    const [due] = await dueReindexes();
    expect(await workOn(due!, pace())).toBe('ended');
    expect((await indexState()).live.mapping).toBe(2);
    expect(await followMapping(Date.now())).toBe(false);
    const run = (await findReindex(EVERYTHING, due!.id))!;
    expect(run.by).toBeUndefined();
    await askReindex(run, 'rollback');
    expect(await workOn(due!, pace())).toBe('ended');
    expect((await indexState()).live).toEqual(before.live);
    expect(await followMapping(Date.now())).toBe(false);
  });
});

describe('an index that is no longer in use', () => {
  it('is kept for as long as is configured, leaves the state, and is deleted two minutes later', async () => {
    await freshIndices();
    const run = (await beginReindexOf({ scope: 'everything' }, Date.now()))!;
    await followAll((await aTenant(1, 1)).id);
    await workOn(run, pace());
    const { kept, keptAt } = await indexState();
    const exists = () =>
      engine('GET', `/${kept!.name}`).then(
        () => true,
        () => false,
      );
    const day = 86_400_000;
    await tidyIndices(keptAt! + 7 * day - 1, 7);
    expect((await indexState()).kept).toEqual(kept);
    await tidyIndices(keptAt! + 7 * day, 7);
    expect((await indexState()).kept).toBeUndefined();
    await tidyIndices(keptAt! + 7 * day + 119_999, 7);
    expect(await exists()).toBe(true);
    await tidyIndices(keptAt! + 7 * day + 120_000, 7);
    expect(await exists()).toBe(false);
    await tidyIndices(keptAt! + 8 * day, 7);
    expect((await indexState()).gone).toEqual([]);
  });
});
