import * as z from 'zod';
import { find } from '#gateways/search/find.ts';
import { searchMessagesIn } from '#gateways/search/message-search.ts';
import { Chance } from '#simulation/engine/chance.ts';
import { percentile, type Row } from '../row.ts';
import { AUTHORS, type Size } from './corpus.ts';
import { authorIdOf, roomIdOf, tenantIdOf } from './indexing.ts';
import { KINDS, type Kind, queriesFrom, vocabulary } from './queries.ts';

/** Conversations that whoever asks is in, where there are as many. */
const MINE = 20;

/** Budgets (ms) of a search among a million messages. */
const [MIDDLE, SLOWEST] = [20, 60];

interface Asked {
  readonly index: string;
  readonly real: readonly { readonly text: string }[];
  readonly size: Size;
  /** Searches of each kind. */
  readonly times: number;
  readonly of: number;
}

/** Somebody, somewhere, and what they may see. */
function somebody(size: Size, chance: Chance) {
  const tenant = chance.below(size.tenants);
  const first = chance.below(Math.max(1, size.roomsEach - MINE));
  const rooms = Array.from({ length: Math.min(MINE, size.roomsEach) }, (_, index) => roomIdOf(tenant, first + index));
  const conversations = new Map(rooms.map((id) => [id, { from: 1, since: 0 }]));
  return { tenantId: tenantIdOf(tenant), scope: { conversations }, sender: authorIdOf(chance.below(AUTHORS)) };
}

const Shards = z.object({ _shards: z.object({ total: z.number() }) });

/** Shards that one search of a tenant touches: as the engine itself counts them. */
async function shardsTouched(index: string, tenantId: string): Promise<number> {
  const body = { size: 0, query: { term: { tenant: tenantId } } };
  return Shards.parse(await find({ generation: { name: index, partitions: {} }, tenantId, body, timeout: 5_000 }))
    ._shards.total;
}

/** Searches of every kind, one after another: rows with the middle and the slow ones of each kind and of all. */
export async function askMany({ index, real, size, times, of }: Asked): Promise<Row[]> {
  const chance = new Chance(2);
  const queryOf = queriesFrom(real, vocabulary(real), chance);
  const took = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]));
  let hits = 0;
  // The engine compiles what it does often: the first searches are for that.
  for (let round = -50; round < times; round++) {
    for (const kind of KINDS) {
      const { tenantId, scope, sender } = somebody(size, chance);
      const began = performance.now();
      const found = await searchMessagesIn({
        ...{ generation: { name: index, partitions: {} }, tenantId, scope, query: queryOf(kind, sender) },
        match: kind === 'similar' ? 'similar' : 'exact',
        sort: round % 2 === 0 ? 'newest' : 'relevance',
        ...{ origin: Date.UTC(2026, 10, 1), timeZone: 'UTC', size: 21, facets: [] },
      });
      if (round < 0) continue;
      took.get(kind)!.push(performance.now() - began);
      hits += found?.hits.length ?? 0;
    }
  }
  const among = `among ${of.toLocaleString('en')}`;
  const large = of >= 1_000_000;
  const row = (name: string, percent: number, ms: readonly number[], budget?: number): Row => ({
    ...{ name, measured: percentile(ms, percent), unit: 'ms' },
    ...(budget === undefined || !large ? {} : { budget }),
  });
  const all = [...took.values()].flat();
  return [
    {
      ...row(`Search ${among}: p50`, 50, all, MIDDLE),
      note: `${all.length} searches of a member of ${Math.min(MINE, size.roomsEach)} conversations, ${(hits / all.length).toFixed(1)} hits each`,
    },
    row(`Search ${among}: p99`, 99, all, SLOWEST),
    ...KINDS.map((kind) => ({
      ...row(`  ${kind}: p50`, 50, took.get(kind)!),
      note: `p99 ${percentile(took.get(kind)!, 99).toFixed(1)} ms`,
    })),
    {
      name: 'Shards that a search touches',
      measured: await shardsTouched(index, tenantIdOf(size.tenants - 1)),
      ...{ unit: 'of 3 shards', budget: 1 },
    },
  ];
}
