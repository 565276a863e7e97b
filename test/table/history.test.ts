import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scope } from '#table/entity.ts';
import { keyOfClientId } from '#table/log/client-id-key.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { historyPage, type Place } from '#table/log/history.ts';
import { aGroup, sendText, someClientId } from '#test/support/conversations.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const tenant = scope('acme');

/** Takes a number as a writer does that then dies, `age` milliseconds ago. */
const takeAndDie = (log: ReturnType<typeof logOf>, age: number) =>
  log.take({ key: keyOfClientId('ada', someClientId()), at: Date.now() - age }, { floorBelow: Date.now() });

const storedAt = (log: ReturnType<typeof logOf>, seq: number, at: number) =>
  log.put(seq, { u: 'ada', c: someClientId(), h: 'h', b: { type: 'text', text: `number ${seq}` }, a: at, v: 1 });

const read = async (conversationId: string, place: Place, limit: number): Promise<number[][]> => {
  const log = logOf(tenant, conversationId);
  const head = (await log.head())!;
  const pages: number[][] = [];
  for (let from = place.from; pages.length < 100; ) {
    const page = await historyPage(tenant, conversationId, log, head, { ...place, from }, limit);
    pages.push(page.messages.map(({ seq }) => seq));
    if (page.next === undefined) break;
    from = page.next;
  }
  return pages;
};

describe('history', () => {
  it('shows every message once, in either direction, whatever the page size', async () => {
    const conversationId = await aGroup(tenant);
    const log = logOf(tenant, conversationId);
    for (let index = 0; index < 23; index++) await sendText(log, `message ${index}`);
    const all = Array.from({ length: 24 }, (_, index) => index + 1);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.boolean(), async (limit, newest) => {
        const order = newest ? 'newest' : 'oldest';
        const seen = (await read(conversationId, { order, from: undefined }, limit)).flat();
        expect(seen).toEqual(newest ? [...all].reverse() : all);
      }),
      { numRuns: 25 },
    );
  });

  it.each(['newest', 'oldest'] as const)('stops before a young hole, reading %s first', async (order) => {
    const conversationId = await aGroup(tenant);
    const log = logOf(tenant, conversationId);
    await sendText(log, 'two');
    await takeAndDie(log, 0);
    await sendText(log, 'four');
    for (const limit of [1, 2, 50]) {
      const seen = (await read(conversationId, { order, from: undefined }, limit)).flat();
      expect(seen.sort()).toEqual([1, 2]);
    }
    expect(await log.entry(3)).toBeUndefined();
  });

  it.each(['newest', 'oldest'] as const)('gives an old hole a void and goes on, reading %s first', async (order) => {
    const conversationId = await aGroup(tenant);
    const log = logOf(tenant, conversationId);
    await takeAndDie(log, 60_000);
    const { seq } = (await takeAndDie(log, 50_000)) as { seq: number };
    await storedAt(log, seq, Date.now() - 50_000);
    const seen = (await read(conversationId, { order, from: undefined }, 1)).flat();
    expect(seen.sort()).toEqual([1, 3]);
    expect(await log.entry(2)).toMatchObject({ kind: 'void' });
    expect(await storedAt(log, 2, Date.now())).toBe(false);
  });

  it('is not fooled by a head read before the newest numbers were taken', async () => {
    const conversationId = await aGroup(tenant);
    const log = logOf(tenant, conversationId);
    const stale = (await log.head())!;
    await takeAndDie(log, 0);
    await sendText(log, 'three');
    const page = await historyPage(tenant, conversationId, log, stale, { order: 'newest', from: undefined }, 1);
    expect(page.messages.map(({ seq }) => seq)).toEqual([1]);
  });
});
