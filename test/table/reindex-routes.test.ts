import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { ENV } from '#contract/environment.ts';
import { handler } from '#functions/api/indexing/indexing.lambda.ts';
import { scope } from '#table/entity.ts';
import { dueReindexes, EVERYTHING, findReindex } from '#table/reindex.ts';
import { endReindex, takeReindex } from '#table/reindex-run.ts';
import { changeIndexState } from '#table/search-index.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aGroup, someConversationId } from '#test/support/conversations.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const { startReindex, listReindexes, getReindex, changeReindex } = api.indexing;
let tenantId: string;
const as = (more: CallOptions = {}): CallOptions => ({ tenantId, roles: ['admin'], ...more });
const start = (input: object, more?: CallOptions) => call(handler, startReindex, { ...input }, as(more));
const change = (reindexId: unknown, action: string, more?: CallOptions) =>
  call(handler, changeReindex, { reindexId, action }, as(more));
const see = (reindexId: unknown, more?: CallOptions) => call(handler, getReindex, { reindexId }, as(more));

beforeEach(() => {
  tenantId = `t${crypto.randomUUID().slice(0, 8)}`;
});
afterEach(() => {
  delete process.env[ENV.operatorTenant];
});

describe('a reindex is asked for', () => {
  it('of the own tenant, or of one of its conversations, one at a time', async () => {
    const conversationId = await aGroup(scope(tenantId));
    const all = await Promise.all([start({ scope: 'tenant' }), start({ scope: 'conversation', conversationId })]);
    expect(all.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(all.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'reindex.running' });
    const { body } = all.find(({ status }) => status === 202)!;
    expect(body).toMatchObject({ status: 'running', phase: 'count', startedBy: 'ada', perSecond: null });
    expect((await see(body['id'])).body).toEqual(body);
    expect((await call(handler, listReindexes, {}, as())).body).toEqual({ items: [body] });
    expect((await dueReindexes()).map(({ id }) => id)).toContain(body['id']);
  });

  it('by nobody for a conversation that the tenant does not have, or with what does not go together', async () => {
    const foreign = await aGroup(scope('another'));
    for (const conversationId of [foreign, someConversationId()])
      expect(await start({ scope: 'conversation', conversationId })).toMatchObject({
        ...{ status: 404, body: { code: 'conversation.not_found' } },
      });
    for (const input of [
      { scope: 'conversation' },
      { scope: 'tenant', conversationId: foreign },
      { scope: 'tenant', partitions: { acme: 2 } },
      { scope: 'everything', partitions: { acme: 0 } },
      { scope: 'all' },
    ])
      expect((await start(input)).status).toBe(400);
  });

  it('by the operators alone for everything', async () => {
    expect(await start({ scope: 'everything' })).toMatchObject({ status: 403, body: { code: 'reindex.no_operators' } });
    process.env[ENV.operatorTenant] = 'operators';
    expect(await start({ scope: 'everything' })).toMatchObject({
      ...{ status: 403, body: { code: 'reindex.operators_only' } },
    });
    const operators = { tenantId: 'operators' };
    expect((await start({ scope: 'everything' }, { ...operators, roles: ['user'] })).status).toBe(403);
    const { status, body } = await start({ scope: 'everything', partitions: { acme: 4 } }, operators);
    expect(status).toBe(202);
    // Others neither see nor change it, and it looks to them like one that never was.
    const missing = (await see('rix_AZqYt2a0cK6fPpQ1mWk3Zg')).body;
    expect((await see(body['id'])).body).toEqual(missing);
    expect((await change(body['id'], 'cancel')).body).toEqual(missing);
    expect((await call(handler, listReindexes, {}, as())).body).toEqual({ items: [] });
    expect((await call(handler, listReindexes, {}, as(operators))).body).toEqual({ items: [body] });
    expect((await change(body['id'], 'cancel', operators)).body).toMatchObject({ wanted: 'cancel' });
    expect(await findReindex(EVERYTHING, String(body['id']))).toMatchObject({ partitions: { acme: 4 } });
  });
});

describe('a reindex is changed', () => {
  it('by its own tenant alone', async () => {
    const { body } = await start({ scope: 'tenant' });
    expect(await change(body['id'], 'cancel', { tenantId: 'another' })).toMatchObject({
      ...{ status: 404, body: { code: 'reindex.not_found' } },
    });
    expect((await change(body['id'], 'cancel', { roles: ['user'] })).body).toMatchObject({ code: 'caller.forbidden' });
  });

  it('as far as its state allows: a cancellation is not taken back, and what is over stays', async () => {
    const { body } = await start({ scope: 'tenant' });
    const id = String(body['id']);
    const code = async (action: string) => (await change(id, action)).body['code'] ?? 'done';
    expect(await code('resume')).toBe('reindex.not_possible');
    expect(await code('rollback')).toBe('reindex.not_possible');
    expect(await code('pause')).toBe('done');
    expect(await code('cancel')).toBe('done');
    expect(await code('pause')).toBe('reindex.not_possible');
    expect((await see(id)).body).toMatchObject({ status: 'running', wanted: 'cancel' });
    const run = (await takeReindex({ id, tenantId }, 'me', { at: Date.now(), until: Date.now() + 1_000 }))!;
    expect(await endReindex({ ...run, status: 'cancelled', phase: 'ended', leaseUntil: 0 })).toBe(true);
    for (const action of ['pause', 'resume', 'cancel', 'rollback'])
      expect(await change(id, action)).toMatchObject({
        ...{ status: 409, body: { code: 'reindex.not_possible', current: { status: 'cancelled', wanted: null } } },
      });
    expect((await start({ scope: 'tenant' })).status).toBe(202);
  });

  it('back to the index before it only while that is kept and it is the last', async () => {
    process.env[ENV.operatorTenant] = tenantId;
    for (const { id } of await dueReindexes()) {
      const run = await takeReindex({ id }, 'me', { at: Date.now(), until: Date.now() + 1 }).catch(() => undefined);
      if (run) await endReindex({ ...run, status: 'cancelled', phase: 'ended', leaseUntil: 0 });
    }
    const { body } = await start({ scope: 'everything' });
    const id = String(body['id']);
    const generation = { name: 'search-v2-2', mapping: 2, partitions: {} };
    const run = (await takeReindex({ id }, 'me', { at: Date.now(), until: Date.now() + 1_000 }))!;
    await endReindex({ ...run, status: 'done', phase: 'ended', generation, leaseUntil: 0 });
    expect((await change(id, 'rollback')).status).toBe(409);
    await changeIndexState((state) => ({ ...state, live: generation, kept: state.live, keptAt: 1 }));
    expect((await change(id, 'rollback')).body).toMatchObject({ status: 'done', wanted: 'rollback' });
    expect((await dueReindexes()).map((due) => due.id)).toContain(id);
    // Nobody begins another meanwhile.
    expect((await start({ scope: 'everything' })).body).toMatchObject({ code: 'reindex.running' });
  });
});
