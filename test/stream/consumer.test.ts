import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consumer, type Result } from '#runtime/consumer.ts';
import { changeOf } from '#table/change.ts';
import { aConversationId, batchOf, brokenRecord, messageItem, recordOf, resumedAt } from './records.ts';

const conversationId = aConversationId();
const record = (seq: number) => recordOf(messageItem({ tenantId: 'acme', conversationId, seq }));
const idOf = ({ eventID }: DynamoDBRecord) => String(eventID);

/** A consumer whose outside world does what the test says; `done` and `parked` are what reached it. */
function aConsumer(
  world: { apply?: (id: string) => Result; parkingFails?: boolean; read?: (id: string) => void } = {},
) {
  const done: string[] = [];
  const parked: string[] = [];
  const handler = consumer<string>('test', {
    read: (given) => {
      world.read?.(idOf(given));
      changeOf(given);
      return idOf(given);
    },
    apply: async (ids) =>
      ids.map((id) => {
        const result = world.apply?.(id) ?? 'done';
        if (result === 'done') done.push(id);
        return result;
      }),
    park: async (given) => {
      if (world.parkingFails) throw new Error('the bucket is away');
      parked.push(idOf(given));
    },
  });
  return { handler, done, parked };
}

describe('a consumer', () => {
  it('does all the work of a batch and asks for nothing again', async () => {
    const records = [record(1), record(2)];
    const { handler, done } = aConsumer();
    expect(await handler(batchOf(records))).toEqual({ batchItemFailures: [] });
    expect(done).toEqual(records.map(idOf));
  });

  it('parks a record that cannot be read and passes it over', async () => {
    const [one, broken, two] = [record(1), brokenRecord(), record(2)] as const;
    const { handler, done, parked } = aConsumer();
    expect(await handler(batchOf([one, broken, two]))).toEqual({ batchItemFailures: [] });
    expect(done).toEqual([one, two].map(idOf));
    expect(parked).toEqual([idOf(broken)]);
  });

  it.each([
    ['has no image', () => ({ ...record(1), dynamodb: { ...record(1).dynamodb, NewImage: undefined } })],
    ['has no known event', () => ({ ...record(1), eventName: 'RENAME' as never })],
    ['is empty', () => ({ eventID: 'event-empty' })],
  ])('parks a record that %s', async (_, make) => {
    const given = make();
    const { handler, parked } = aConsumer();
    expect(await handler(batchOf([given]))).toEqual({ batchItemFailures: [] });
    expect(parked).toEqual([idOf(given)]);
  });

  it('parks a record whose work is refused for ever', async () => {
    const [one, two] = [record(1), record(2)] as const;
    const { handler, parked } = aConsumer({ apply: (id) => (id === idOf(one) ? { rejected: 'no' } : 'done') });
    expect(await handler(batchOf([one, two]))).toEqual({ batchItemFailures: [] });
    expect(parked).toEqual([idOf(one)]);
  });

  it('comes back from the first record whose work failed, and parks nothing that comes again', async () => {
    const records = [record(1), record(2), brokenRecord(), record(4)] as const;
    const { handler, parked } = aConsumer({ apply: (id) => (id === idOf(records[1]) ? { failed: 'busy' } : 'done') });
    expect(await handler(batchOf(records))).toEqual(resumedAt(records[1]));
    expect(parked).toEqual([]);
  });

  it('comes back from the earliest of several failures', async () => {
    const records = [record(1), record(2), record(3)] as const;
    const { handler } = aConsumer({ apply: (id) => (id === idOf(records[0]) ? 'done' : { failed: 'busy' }) });
    expect(await handler(batchOf(records))).toEqual(resumedAt(records[1]));
  });

  it('comes back from its first piece of work when the work as a whole failed', async () => {
    const [broken, one, two] = [brokenRecord(), record(1), record(2)] as const;
    const { handler, parked } = aConsumer({
      apply: () => {
        throw new Error('connection refused');
      },
    });
    expect(await handler(batchOf([broken, one, two]))).toEqual(resumedAt(one));
    expect(parked).toEqual([idOf(broken)]);
  });

  it('comes back to an unreadable record while it cannot be parked: that is an outage', async () => {
    const [one, broken, two] = [record(1), brokenRecord(), record(2)] as const;
    const { handler, done } = aConsumer({ parkingFails: true });
    expect(await handler(batchOf([one, broken, two]))).toEqual(resumedAt(broken));
    expect(done).toContain(idOf(one));
  });

  it('comes back to a record on which reading itself broke, and does the work before it', async () => {
    const [one, two, three] = [record(1), record(2), record(3)] as const;
    const { handler, done, parked } = aConsumer({
      read: (id) => {
        if (id === idOf(two)) throw new TypeError('a bug of ours');
      },
    });
    expect(await handler(batchOf([one, two, three]))).toEqual(resumedAt(two));
    expect({ done, parked }).toEqual({ done: [idOf(one)], parked: [] });
  });

  it('takes a piece of work without a result for failed', async () => {
    const [one, two] = [record(1), record(2)] as const;
    const handler = consumer<string>('test', {
      read: idOf,
      apply: async () => ['done'],
      park: async () => undefined,
    });
    expect(await handler(batchOf([one, two]))).toEqual(resumedAt(two));
  });

  it('loses and repeats nothing for ever: every record ends done or parked, however often things fail', async () => {
    const plans = fc.array(fc.record({ kind: fc.constantFrom('good', 'broken', 'refused'), failures: fc.nat(2) }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const records = plan.map(({ kind }, index) => (kind === 'broken' ? brokenRecord() : record(index + 1)));
        const planOf = new Map(plan.map((step, index) => [idOf(records[index]!), { ...step }]));
        const { handler, done, parked } = aConsumer({
          apply: (id) => {
            const step = planOf.get(id)!;
            if (step.failures-- > 0) return { failed: 'busy' };
            return step.kind === 'refused' ? { rejected: 'no' } : 'done';
          },
        });
        let open: readonly DynamoDBRecord[] = records;
        // Lambda's part: comes back from the record named, with everything after it.
        for (let round = 0; open.length > 0; round++) {
          expect(round).toBeLessThan(100);
          const { batchItemFailures } = await handler(batchOf(open));
          const next = batchItemFailures[0]?.itemIdentifier;
          open = next ? open.slice(open.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === next)) : [];
        }
        const ids = (wanted: readonly string[]) =>
          records.filter((_, index) => wanted.includes(plan[index]!.kind)).map(idOf);
        expect([...new Set(done)].sort()).toEqual(ids(['good']));
        expect([...parked].sort()).toEqual(ids(['broken', 'refused']));
      }),
    );
  });
});
