import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchGet } from '#table/batch-get.ts';
import { digits, join, scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import type { Entry, Taken } from '#table/log/store.ts';
import { logPartition } from '#table/message.ts';
import { aGroup } from '#test/support/conversations.ts';
import { MemoryLog } from '#test/support/memory-log.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const tenant = scope('acme');
const KEYS = ['AZqYt2a0aaaaaaaa', 'AZqYt2a0bbbbbbbb', 'AZqYt2b0cccccccc'];

const key = fc.constantFrom(...KEYS);
const small = fc.integer({ min: 0, max: 6 });
const generation = fc.constantFrom<'recent' | 'older'>('recent', 'older');
const step = fc.oneof(
  fc.record({ call: fc.constant('take' as const), key, floorBelow: fc.integer({ min: -1, max: 3 }) }),
  fc.record({ call: fc.constant('takeAtMost' as const), key, generation: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ call: fc.constant('move' as const), key, from: small, generation }),
  fc.record({ call: fc.constant('rotate' as const), generation: fc.integer({ min: 0, max: 3 }), floor: small }),
  fc.record({ call: fc.constant('put' as const), seq: fc.integer({ min: 2, max: 8 }) }),
  fc.record({ call: fc.constant('void' as const), seq: fc.integer({ min: 2, max: 8 }) }),
);

const shortOf = ({ ok, head }: Taken) =>
  head && {
    ok,
    seq: head.seq,
    recent: head.recent,
    older: head.older,
    generation: head.generation,
    floor: head.floor,
  };
const kinds = (entries: readonly Entry[]) => entries.map(({ seq, kind }) => `${seq} ${kind}`);
const message = { u: 'ada', c: 'c', h: 'h', b: { type: 'text' as const, text: 'x' }, a: 5, v: 1 };

describe('the log in DynamoDB', () => {
  it('answers every sequence of steps as the model does that the random schedules run on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const real = logOf(tenant, await aGroup(tenant));
        const model = new MemoryLog();
        model.take({ key: 'first', at: 0 }, { floorBelow: 0 });
        model.head = { ...model.head!, recent: {} };
        model.put(1, message);
        for (const each of steps) {
          if (each.call === 'take' || each.call === 'takeAtMost') {
            const on = each.call === 'take' ? { floorBelow: each.floorBelow } : { generationAtMost: each.generation };
            const taking = { key: each.key, at: 7 };
            expect(shortOf(await real.take(taking, on))).toEqual(shortOf(model.take(taking, on)));
          } else if (each.call === 'move') {
            const taking = { key: each.key, at: 8 };
            const from = { generation: each.generation, seq: each.from };
            expect(shortOf(await real.move(taking, from))).toEqual(shortOf(model.move(taking, from)));
          } else if (each.call === 'rotate') expect(await real.rotate(each)).toBe(model.rotate(each));
          else if (each.call === 'put') expect(await real.put(each.seq, message)).toBe(model.put(each.seq, message));
          else expect(await real.void(each.seq, 9)).toBe(model.void(each.seq, 9));
        }
        expect(kinds(await real.entries(1, 9))).toEqual(kinds(model.between(1, 9)));
        expect(kinds(await real.backwards(6, 3))).toEqual(kinds(model.between(1, 5).reverse().slice(0, 3)));
      }),
      { numRuns: 60 },
    );
  });

  it('knows no conversation that was not created: nothing is written', async () => {
    const nowhere = logOf(tenant, 'cnv_AAAAAAAAAAAAAAAAAAAAAA');
    expect(await nowhere.take({ key: KEYS[0]!, at: 1 }, { floorBelow: 0 })).toEqual({ ok: false, head: undefined });
    expect(await nowhere.head()).toBeUndefined();
  });

  it('gives a void so that neither a message nor a change can follow', async () => {
    const conversationId = await aGroup(tenant);
    const log = logOf(tenant, conversationId);
    await log.void(2, 1);
    const keys = ['M', 'E'].map((prefix) => ({
      pk: logPartition(tenant, conversationId),
      sk: join(prefix, digits(2)),
    }));
    expect((await batchGet(keys, { consistent: true })).map(({ ty }) => ty)).toEqual(['void', 'void']);
    expect(await log.put(2, message)).toBe(false);
  });

  it('withdraws the preview of a message that was never stored', async () => {
    const log = logOf(tenant, await aGroup(tenant));
    const preview = { by: 'ada', type: 'text', text: 'never stored' };
    await log.take({ key: KEYS[0]!, at: 1, preview }, { floorBelow: 0 });
    expect(await log.head()).toMatchObject({ last: preview, lastSeq: 2 });
    await log.void(2, 2);
    expect((await log.head())?.last).toBeUndefined();
  });

  it('shows the message before one that was never stored', async () => {
    const log = logOf(tenant, await aGroup(tenant));
    await log.take({ key: KEYS[0]!, at: 1, preview: { by: 'ada', type: 'text', text: 'x' } }, { floorBelow: 0 });
    await log.put(2, message);
    const preview = { by: 'ada', type: 'text', text: 'never stored' };
    await log.take({ key: KEYS[2]!, at: 2, preview }, { floorBelow: 0 });
    await log.void(3, 3);
    expect(await log.head()).toMatchObject({ last: { by: 'ada', type: 'text', text: 'x', a: 5 }, lastSeq: 2 });
  });
});
