import * as z from 'zod';
import type { Digest } from '#domain/search/digest.ts';
import { routingsOf } from '#domain/search/routing.ts';
import { SearchRefused, searchRequest } from './request.ts';

/** An index, as far as one needs to know it to look into it. */
export interface Looked {
  readonly name: string;
  readonly partitions: Readonly<Record<string, number>>;
}

const TIMEOUT_MS = 30_000;

/** A search over all of a tenant's documents; undefined where there is no such index, which holds nothing. */
async function ask(index: Looked, tenantId: string, filter: readonly object[], body: object): Promise<unknown> {
  try {
    return await searchRequest({
      method: 'POST',
      path: `/${index.name}/_search`,
      query: { routing: routingsOf(index.partitions, tenantId), allow_partial_search_results: 'false' },
      body: JSON.stringify({ query: { bool: { filter: [{ term: { tenant: tenantId } }, ...filter] } }, ...body }),
      timeout: TIMEOUT_MS,
    });
  } catch (error) {
    if (error instanceof SearchRefused && error.type === 'index_not_found_exception') return undefined;
    throw error;
  }
}

const Summed = { doc_count: z.number(), sum: z.object({ value: z.number() }) };
const SUM = { sum: { sum: { field: 'sum' } } };
const buckets = <T extends z.ZodType>(key: T) =>
  z.object({ aggregations: z.object({ by: z.object({ buckets: z.array(z.object({ key, ...Summed })) }) }) });
const digestOf = ({ doc_count: count, sum }: { doc_count: number; sum: { value: number } }): Digest => ({
  count,
  sum: sum.value,
});

const ByConversation = buckets(z.string());
/** How many messages an index holds of some conversations of a tenant, and the sum of their sums; one without any is left out. */
export async function sumsByConversation(
  index: Looked,
  tenantId: string,
  conversationIds: readonly string[],
): Promise<Map<string, Digest>> {
  const filter = [{ term: { kind: 'message' } }, { terms: { conversation: conversationIds } }];
  const answer = await ask(index, tenantId, filter, {
    size: 0,
    track_total_hits: false,
    aggs: { by: { terms: { field: 'conversation', size: Math.max(1, conversationIds.length) }, aggs: SUM } },
  });
  if (answer === undefined) return new Map();
  return new Map(ByConversation.parse(answer).aggregations.by.buckets.map((bucket) => [bucket.key, digestOf(bucket)]));
}

const ByRange = buckets(z.number());
/** The same of one conversation, by ranges of `length` numbers; the key is the first number of a range. */
export async function sumsByRange(
  index: Looked,
  tenantId: string,
  conversationId: string,
  length: number,
): Promise<Map<number, Digest>> {
  const filter = [{ term: { kind: 'message' } }, { term: { conversation: conversationId } }];
  const answer = await ask(index, tenantId, filter, {
    size: 0,
    track_total_hits: false,
    aggs: { by: { histogram: { field: 'seq', interval: length, min_doc_count: 1 }, aggs: SUM } },
  });
  if (answer === undefined) return new Map();
  return new Map(ByRange.parse(answer).aggregations.by.buckets.map((bucket) => [bucket.key, digestOf(bucket)]));
}

/** What tells a document apart among those of its kind, its sum and its version. */
export interface Held<K> {
  readonly key: K;
  readonly sum: number;
  readonly version: number;
}

const Hits = z.object({
  hits: z.object({
    hits: z.array(
      z.object({
        _version: z.number(),
        _source: z.object({
          seq: z.number().optional(),
          user: z.string().optional(),
          conversation: z.string().optional(),
          sum: z.number(),
        }),
      }),
    ),
  }),
});
/** Documents that fit a filter, at most 10,000, in the order of their keys. */
async function held<F extends 'seq' | 'user' | 'conversation'>(
  index: Looked,
  tenantId: string,
  field: F,
  filter: readonly object[],
): Promise<
  { key: NonNullable<z.output<typeof Hits>['hits']['hits'][number]['_source'][F]>; sum: number; version: number }[]
> {
  const body = { size: 10_000, sort: [{ [field]: 'asc' }], _source: [field, 'sum'], version: true };
  const answer = await ask(index, tenantId, filter, body);
  if (answer === undefined) return [];
  return Hits.parse(answer).hits.hits.map(({ _version, _source }) => ({
    key: _source[field]!,
    sum: _source.sum,
    version: _version,
  }));
}

/** The messages that an index holds of a conversation between two numbers, which are less than 10,000 apart. */
export const messagesHeld = (
  index: Looked,
  tenantId: string,
  conversationId: string,
  [first, last]: readonly [first: number, last: number],
): Promise<Held<number>[]> =>
  held(index, tenantId, 'seq', [
    { term: { kind: 'message' } },
    { term: { conversation: conversationId } },
    { range: { seq: { gte: first, lte: last } } },
  ]);

/** The users that an index holds of a tenant by id, after one of them and up to another. */
export const usersHeld = (
  index: Looked,
  tenantId: string,
  { after, upTo }: { readonly after: string; readonly upTo: string | undefined },
): Promise<Held<string>[]> =>
  held(index, tenantId, 'user', [
    { term: { kind: 'user' } },
    { range: { user: { gt: after, ...(upTo === undefined ? {} : { lte: upTo }) } } },
  ]);

/** What an index holds of some conversations themselves. */
export const conversationsNamed = (
  index: Looked,
  tenantId: string,
  conversationIds: readonly string[],
): Promise<Held<string>[]> =>
  held(index, tenantId, 'conversation', [
    { term: { kind: 'conversation' } },
    { terms: { conversation: conversationIds } },
  ]);

const Conversations = z.object({
  aggregations: z.object({ by: z.object({ buckets: z.array(z.object({ key: z.object({ id: z.string() }) })) }) }),
});
/** Conversations of a tenant of which an index holds anything, by id, after one of them. */
export async function conversationsHeld(
  index: Looked,
  tenantId: string,
  page: { readonly after: string; readonly size: number },
): Promise<string[]> {
  const answer = await ask(index, tenantId, [{ terms: { kind: ['message', 'conversation'] } }], {
    size: 0,
    track_total_hits: false,
    aggs: {
      by: {
        composite: {
          size: page.size,
          sources: [{ id: { terms: { field: 'conversation' } } }],
          after: { id: page.after },
        },
      },
    },
  });
  if (answer === undefined) return [];
  return Conversations.parse(answer).aggregations.by.buckets.map(({ key }) => key.id);
}

const Counted = z.object({
  aggregations: z.object({ by: z.object({ buckets: z.array(z.object({ key: z.string(), doc_count: z.number() })) }) }),
});
/** How many documents of each kind an index holds of a tenant; undefined where there is no such index. */
export async function countsByKind(index: Looked, tenantId: string): Promise<Record<string, number> | undefined> {
  const answer = await ask(index, tenantId, [], {
    size: 0,
    track_total_hits: false,
    aggs: { by: { terms: { field: 'kind', size: 10 } } },
  });
  if (answer === undefined) return undefined;
  return Object.fromEntries(
    Counted.parse(answer).aggregations.by.buckets.map(({ key, doc_count }) => [key, doc_count]),
  );
}
