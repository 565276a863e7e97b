import './engine.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { messageIdOf } from '#contract/ids.ts';
import type { MessageBody } from '#contract/message-bodies.ts';
import { type IndexWrite, writeToIndex } from '#gateways/search-bulk.ts';
import { createIndex } from '#gateways/search-index.ts';
import { consumer } from '#runtime/consumer.ts';
import type { Item } from '#table/entity.ts';
import { handler } from '../../functions/stream/index-search.lambda.ts';
import { messageWrite } from '../../functions/stream/message-write.ts';
import { aConversationId, batchOf, messageItem, recordOf } from '../stream/records.ts';
import { aTenantId, engine, refresh, stored, useAlias } from './engine.ts';

const alias = useAlias();

const PICTURE = { type: 'image', mediaId: 'med_AZqYt2a0cK6fPpQ1mWk3Zg' } as const;

const aBody: fc.Arbitrary<MessageBody> = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20 }).map((text) => ({ type: 'text' as const, text })),
  fc.constantFrom<MessageBody>(
    PICTURE,
    { ...PICTURE, caption: 'a caption' },
    {
      type: 'system',
      kind: 'participants_added',
      userIds: ['bob'],
    },
  ),
);

/** What happens to one message after it was sent. */
const aStep = fc.oneof(
  fc.record({ kind: fc.constant('edit' as const), text: fc.string({ minLength: 1, maxLength: 20 }) }),
  // A reaction writes the item, and neither the body nor its version.
  fc.constant({ kind: 'touch' as const }),
  // A deletion that leaves the item there without its text, with or without counting as a version.
  fc.record({ kind: fc.constant('empty' as const), counts: fc.boolean() }),
);

const aMessage = fc.record({ body: aBody, steps: fc.array(aStep, { maxLength: 4 }), purged: fc.boolean() });
type Life = typeof aMessage extends fc.Arbitrary<infer T> ? T : never;

const hasText = (body: MessageBody): boolean => body.type === 'text' || (body.type === 'image' && !!body.caption);

/** The states of a message, as the table held them one after the other. */
function statesOf(place: Parameters<typeof messageItem>[0], { body, steps }: Life): Item[] {
  let state: { b: MessageBody; v: number } = { b: body, v: 1 };
  const states = [messageItem(place, state)];
  if (body.type === 'system') return states;
  for (const step of steps) {
    if (step.kind === 'edit')
      state = {
        b: PICTURE.type === body.type ? { ...PICTURE, caption: step.text } : { type: 'text', text: step.text },
        v: state.v + 1,
      };
    // Emptying what is empty is no change at all.
    if (step.kind === 'empty') state = { b: PICTURE, v: state.v + (step.counts || !hasText(state.b) ? 1 : 0) };
    states.push({ ...messageItem(place, state), touched: states.length });
  }
  return states;
}

/** The records of a conversation's whole history, message by message, and the text each message ends with. */
function historyOf(tenantId: string, conversationId: string, lives: readonly Life[]) {
  const records: DynamoDBRecord[] = [];
  const texts = lives.map((life, index) => {
    const states = statesOf({ tenantId, conversationId, seq: index + 1 }, life);
    for (const [step, state] of states.entries()) records.push(recordOf(state, states[step - 1]));
    if (life.purged) records.push(recordOf(undefined, states.at(-1)));
    const last = states.at(-1)?.['b'] as MessageBody;
    if (life.purged || !hasText(last)) return undefined;
    return last.type === 'text' ? last.text : last.type === 'image' ? last.caption : undefined;
  });
  return { records, texts: texts.map((text) => text?.normalize('NFC')) };
}

const contentsOf = async (tenantId: string, conversationId: string, messages: number) => {
  const ids = Array.from({ length: messages }, (_, index) => messageIdOf(conversationId, index + 1));
  return (await stored(tenantId, ids)).map((document) => document && { ...document, tenant: undefined });
};

/** Deletes a document past our own code, and waits until the engine lets an older version of it in again. */
async function untilDeletesAreForgotten(tenantId: string): Promise<void> {
  const path = `/${alias}/_doc/control?routing=${tenantId}&version_type=external`;
  await engine('PUT', `${path}&version=1`, { removedAt: 1 });
  await engine('DELETE', `${path}&version=9`);
  const comesBack = () =>
    engine('PUT', `${path}&version=2`, { removedAt: 2 }).then(
      () => true,
      () => false,
    );
  while (!(await comesBack())) {
    await sleep(50);
    await refresh(alias);
  }
}

beforeAll(async () => {
  await handler(batchOf([recordOf(messageItem({ tenantId: aTenantId(), conversationId: aConversationId(), seq: 1 }))]));
});

describe('the index after a history of messages', () => {
  it('is the same whether the records come in order or shuffled, repeated, late and cut into any batches', async () => {
    const aDelivery = fc.array(aMessage, { minLength: 1, maxLength: 6 }).chain((lives) => {
      const count = historyOf('t', aConversationId(), lives).records.length;
      const places = Array.from({ length: count }, (_, index) => index);
      return fc.record({
        lives: fc.constant(lives),
        order: fc.subarray(places).chain((again) => {
          const delivered = [...places, ...again];
          return fc.shuffledSubarray(delivered, { minLength: delivered.length });
        }),
        cuts: fc.uniqueArray(fc.integer({ min: 1, max: Math.max(1, 2 * count - 1) }), { maxLength: 4 }),
      });
    });
    await fc.assert(
      fc.asyncProperty(aDelivery, async ({ lives, order, cuts }) => {
        const conversationId = aConversationId();
        const [clean, messy] = [aTenantId(), aTenantId()];
        const inOrder = historyOf(clean, conversationId, lives);
        expect(await handler(batchOf(inOrder.records))).toEqual({ batchItemFailures: [] });
        const { records } = historyOf(messy, conversationId, lives);
        const delivered = order.map((place) => records[place]!);
        const bounds = [0, ...cuts.toSorted((a, b) => a - b), delivered.length];
        for (const [index, from] of bounds.slice(0, -1).entries())
          expect(await handler(batchOf(delivered.slice(from, bounds[index + 1])))).toEqual({ batchItemFailures: [] });
        const expected = await contentsOf(clean, conversationId, lives.length);
        expect(await contentsOf(messy, conversationId, lives.length)).toEqual(expected);
        expect(expected.map((document) => (document && 'text' in document ? document.text : undefined))).toEqual(
          inOrder.texts,
        );
      }),
      { numRuns: 120 },
    );
  });

  it('does not bring a removed message back, however late its first record comes', async () => {
    const [tenantId, conversationId] = [aTenantId(), aConversationId()];
    const item = messageItem({ tenantId, conversationId, seq: 1 });
    const index = (record: DynamoDBRecord) => writeToIndex([messageWrite(record)!], alias);
    await createIndex(alias);
    await engine('PUT', `/${alias}/_settings`, { index: { gc_deletes: '0s' } });
    const sent = recordOf(item);
    await index(sent);
    await index(recordOf(undefined, item));
    await untilDeletesAreForgotten(tenantId);
    await index(sent);
    const [document] = await stored(tenantId, [messageIdOf(conversationId, 1)], alias);
    expect(document).toEqual({ version: Number.MAX_SAFE_INTEGER, removedAt: expect.any(Number) });
  });

  it('is complete when writes fail here and there and the batch is taken up where it failed', async () => {
    const aPlan = fc.array(fc.nat(2), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(aPlan, async (failures) => {
        const [tenantId, conversationId] = [aTenantId(), aConversationId()];
        const lives = failures.map((_, index) => ({
          body: { type: 'text', text: `word${index}` },
          steps: [],
          purged: false,
        }));
        const { records, texts } = historyOf(tenantId, conversationId, lives as Life[]);
        const left = new Map(
          failures.map((count, index) => [`${tenantId}/${messageIdOf(conversationId, index + 1)}`, count]),
        );
        const busy = consumer<IndexWrite>('test', {
          read: messageWrite,
          // The engine takes some writes of a bulk and answers 429 for others.
          apply: async (writes) => {
            const taken = writes.filter(({ id }) => left.get(id) === 0);
            const results = taken.length > 0 ? await writeToIndex(taken) : [];
            for (const { id } of writes) left.set(id, Math.max(0, left.get(id)! - 1));
            return writes.map((write) =>
              typeof results[taken.indexOf(write)] === 'string' ? 'done' : { failed: '429' },
            );
          },
          park: () => Promise.reject(new Error('nothing is to be parked')),
        });
        let open = records;
        while (open.length > 0) {
          const next = (await busy(batchOf(open))).batchItemFailures[0]?.itemIdentifier;
          open = next ? open.slice(open.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === next)) : [];
        }
        const found = await contentsOf(tenantId, conversationId, lives.length);
        expect(found.map((document) => (document && 'text' in document ? document.text : undefined))).toEqual(texts);
      }),
      { numRuns: 30 },
    );
  });
});
