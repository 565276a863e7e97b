import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBRecord } from 'aws-lambda';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { messageGone, messageWrites } from '#functions/indexing/message-writes.ts';
import { type IndexWrite, writeDocuments } from '#functions/indexing/write-documents.ts';
import { createIndex, deleteIndex, refreshIndex } from '#gateways/search/indices.ts';
import { scope } from '#table/entity.ts';
import type { StoredMessage } from '#table/message.ts';
import { changeIndexState } from '#table/search-index.ts';
import { readyMedia } from '#test/support/media.ts';
import { aLife, changesIn, documentIdOf, type Life } from '#test/support/message-lives.ts';
import { type Random, randomFrom } from '#test/support/random.ts';
import { useTable } from '#test/support/table.ts';
import { handler } from '../../functions/stream/index-search.lambda.ts';
import { aConversationId, batchOf, messageItem, recordOf } from '../stream/records.ts';
import { aTenantId, engine } from './engine.ts';

useTable();

const INDEX = `search-v2-${crypto.randomUUID()}`;
beforeAll(async () => {
  await createIndex(INDEX);
  // Nobody searches while it is filled.
  await engine('PUT', `/${INDEX}/_settings`, { index: { refresh_interval: '-1' } });
  const live = { name: INDEX, mapping: 2, partitions: {} };
  await changeIndexState((state) => ({ ...state, live }));
  return () => deleteIndex(INDEX);
});

/** A conversation with what became of its messages; their numbers are their places, from 1. */
interface Told {
  readonly tenantId: string;
  readonly conversationId: string;
  readonly lives: readonly Life[];
}

function recordsOf({ tenantId, conversationId, lives }: Told): DynamoDBRecord[] {
  return lives.flatMap(({ states, removed }, index) => {
    const items = states.map((state) => messageItem({ tenantId, conversationId, seq: index + 1 }, state));
    return [
      ...items.map((item, step) => recordOf(item, items[step - 1])),
      ...(removed ? [recordOf(undefined, items.at(-1))] : []),
    ];
  });
}

function shuffled<T>(all: readonly T[], random: Random): T[] {
  const mixed = [...all];
  for (let place = mixed.length - 1; place > 0; place--) {
    const other = random.between(0, place);
    [mixed[place], mixed[other]] = [mixed[other]!, mixed[place]!];
  }
  return mixed;
}

/** Hands records over in batches, as two shards of a stream do. */
async function deliver(records: readonly DynamoDBRecord[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(records.length / 1_000) }, (_, batch) =>
    records.slice(1_000 * batch, 1_000 * (batch + 1)),
  );
  const shard = async (): Promise<void> => {
    for (let batch = batches.pop(); batch; batch = batches.pop())
      expect(await handler(batchOf(batch))).toEqual({ batchItemFailures: [] });
  };
  await Promise.all([shard(), shard()]);
}

/** What the table holds of the messages of a conversation in the end. */
const remaining = ({ lives }: Told): { seq: number; stored: StoredMessage }[] =>
  lives.flatMap(({ states, removed }, index) => (removed ? [] : [{ seq: index + 1, stored: states.at(-1)! }]));

const byId = (writes: readonly IndexWrite[]): Map<string, string> =>
  new Map(
    writes.flatMap(({ id, document }) => (document.kind === 'message' ? [[id, `${document.sum}`] as const] : [])),
  );

/** The sums of the documents of messages that an index made of the table would hold, by id. */
async function inTable(all: readonly Told[]): Promise<Map<string, string>> {
  const writes: IndexWrite[] = [];
  for (const told of all)
    writes.push(...(await messageWrites(scope(told.tenantId), told.conversationId, remaining(told))));
  return byId(writes);
}

const Page = z.object({
  hits: z.object({
    hits: z.array(z.object({ _id: z.string(), _source: z.object({ sum: z.number() }), sort: z.array(z.unknown()) })),
  }),
});

/** The same as the index says. */
async function inIndex(tenants: readonly string[]): Promise<Map<string, string>> {
  await refreshIndex(INDEX);
  const found = new Map<string, string>();
  let after: readonly unknown[] | undefined;
  do {
    const { hits } = Page.parse(
      await engine('POST', `/${INDEX}/_search`, {
        size: 10_000,
        query: { bool: { filter: [{ term: { kind: 'message' } }, { terms: { tenant: tenants } }] } },
        _source: ['sum'],
        sort: [{ conversation: 'asc' }, { seq: 'asc' }],
        ...(after ? { search_after: after } : {}),
      }),
    ).hits;
    for (const { _id, _source } of hits) found.set(_id, `${_source.sum}`);
    after = hits.at(-1)?.sort;
  } while (after);
  return found;
}

const sorted = (documents: ReadonlyMap<string, string>): [string, string][] =>
  [...documents].sort(([one], [other]) => (one < other ? -1 : 1));

describe('100,000 changes of messages', () => {
  it('leave the index as the table is, shuffled, repeated and late; and with lost ones once it was compared', async () => {
    const random = randomFrom(7);
    const mediaIds = Array.from({ length: 20 }, (_, index) => `med_${String(index).padStart(22, 'z')}`);
    const all: Told[] = [];
    let changes = 0;
    for (let tenant = 0; tenant < 8; tenant++) {
      const tenantId = aTenantId();
      for (const mediaId of mediaIds)
        await readyMedia(scope(tenantId), 'image/png', { mediaId, fileName: `${mediaId}.png` });
      for (let conversation = 0; conversation < 12; conversation++) {
        const lives = Array.from({ length: 160 }, () => aLife(random, mediaIds, 12));
        changes += lives.map(changesIn).reduce((sum, each) => sum + each, 0);
        all.push({ tenantId, conversationId: aConversationId(), lives });
      }
    }
    expect(changes).toBeGreaterThan(100_000);
    // Of half of the tenants one record in fifty is lost.
    const tenants = [...new Set(all.map(({ tenantId }) => tenantId))];
    const losing = new Set(tenants.slice(tenants.length / 2));
    const records = all.flatMap((told) => {
      const kept = recordsOf(told).filter(() => !losing.has(told.tenantId) || !random.chance(0.02));
      return kept.flatMap((record) => (random.chance(0.05) ? [record, record] : [record]));
    });
    const mixed = shuffled(records, random);
    await deliver(mixed);

    const [whole, lossy] = [
      all.filter(({ tenantId }) => !losing.has(tenantId)),
      all.filter(({ tenantId }) => losing.has(tenantId)),
    ];
    const idsOf = (told: readonly Told[]) => [...new Set(told.map(({ tenantId }) => tenantId))];
    expect(sorted(await inIndex(idsOf(whole)))).toEqual(sorted(await inTable(whole)));

    expect(sorted(await inIndex(idsOf(lossy)))).not.toEqual(sorted(await inTable(lossy)));
    const there = await inTable(lossy);
    const held = await inIndex(idsOf(lossy));
    for (const told of lossy) {
      const { tenantId, conversationId, lives } = told;
      const writes = await messageWrites(scope(tenantId), conversationId, remaining(told));
      const gone = lives.flatMap((_, index) => {
        const id = documentIdOf(tenantId, conversationId, index + 1);
        return held.has(id) && !there.has(id) ? [messageGone(tenantId, conversationId, index + 1, 1)] : [];
      });
      await writeDocuments([...writes.filter(({ document }) => document.kind === 'message'), ...gone]);
    }
    expect(sorted(await inIndex(idsOf(lossy)))).toEqual(sorted(there));
  }, 200_000);
});

describe('a message that is gone', () => {
  /** Deletes a document past our own code, and waits until the engine lets an older version of it in again. */
  async function untilDeletesAreForgotten(tenantId: string): Promise<void> {
    const path = `/${INDEX}/_doc/control?routing=${tenantId}&version_type=external`;
    await engine('PUT', `${path}&version=1`, { removedAt: 1 });
    await engine('DELETE', `${path}&version=9`);
    const comesBack = () =>
      engine('PUT', `${path}&version=2`, { removedAt: 2 }).then(
        () => true,
        () => false,
      );
    while (!(await comesBack())) {
      await sleep(50);
      await refreshIndex(INDEX);
    }
  }

  it('does not come back, however late its first record comes', async () => {
    const [tenantId, conversationId] = [aTenantId(), aConversationId()];
    const item = messageItem({ tenantId, conversationId, seq: 1 });
    await engine('PUT', `/${INDEX}/_settings`, { index: { gc_deletes: '0s' } });
    const sent = recordOf(item);
    await deliver([sent]);
    await deliver([recordOf(undefined, item)]);
    await untilDeletesAreForgotten(tenantId);
    await deliver([sent]);
    const id = encodeURIComponent(documentIdOf(tenantId, conversationId, 1));
    expect(await engine('GET', `/${INDEX}/_doc/${id}?routing=${tenantId}`)).toMatchObject({
      _version: Number.MAX_SAFE_INTEGER,
      _source: { kind: 'gone', tenant: tenantId, conversation: conversationId, seq: 1 },
    });
  });
});
