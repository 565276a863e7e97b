import { bulksOf } from '#domain/search/bulks.ts';
import type { SearchDocument } from '#domain/search/document.ts';
import { routingOf } from '#domain/search/routing.ts';
import { type BulkResult, bulk, lineOf } from '#gateways/search/bulk.ts';
import { createIndex, SEARCH_ALIAS } from '#gateways/search/indices.ts';
import { SearchUnavailable } from '#gateways/search/request.ts';
import { count } from '#runtime/metrics.ts';
import { type Generation, type IndexState, indexState } from '#table/search-index.ts';

/** A document as it is to be in every index that is kept up to date. */
export interface IndexWrite {
  /** Unique among all tenants. */
  readonly id: string;
  readonly tenant: string;
  /** What it lies with; absent for what belongs to no conversation. */
  readonly conversation?: string;
  /** Of two writes with one id the greater version wins, in whatever order they come; an equal one changes nothing. */
  readonly version: number;
  readonly document: SearchDocument;
}

/** `indexed`, or `superseded` everywhere by a version at least as great; `rejected` for ever; `failed` for now. */
export type IndexResult = BulkResult;

/** After every version that anything ever has. Numbers of a conversation are not used twice, so nothing follows. */
export const REMOVED_VERSION = Number.MAX_SAFE_INTEGER;

/** Every index that is kept up to date. */
const targetsOf = ({ live, building, kept }: IndexState): readonly Generation[] =>
  [live, building, kept].filter((generation) => generation !== undefined);

/** Tries that a document has before it is left to whoever called, and milliseconds for all of them. */
const TRIES = 5;
const PATIENCE = 25_000;

interface Line {
  readonly place: number;
  readonly line: string;
}

const isMissing = (result: BulkResult): boolean => typeof result !== 'string' && 'missing' in result;
const isFailed = (result: BulkResult): boolean => typeof result !== 'string' && 'failed' in result;

/** One bulk; what the engine cannot take now as a whole, none of it was taken. */
async function tryBulk(index: string, lines: readonly Line[]): Promise<BulkResult[]> {
  try {
    return await bulk(
      index,
      lines.map(({ line }) => line),
    );
  } catch (error) {
    if (!(error instanceof SearchUnavailable)) throw error;
    return lines.map(() => ({ failed: error.message }));
  }
}

/**
 * What to do about an index that is not there: the live one is made by the first write to it; one that is no longer in use
 * was deleted meanwhile, and needs nothing any more.
 */
async function onMissing(index: string): Promise<'again' | 'forget'> {
  const state = await indexState();
  if (!targetsOf(state).some(({ name }) => name === index)) return 'forget';
  if (state.live.name === index) await createIndex(index, { alias: SEARCH_ALIAS });
  return 'again';
}

/** Writes into one index; what failed is tried again by itself, later and later. Undefined when the index is no longer in use. */
async function writeTo(index: string, lines: readonly Line[]): Promise<Map<number, BulkResult> | undefined> {
  const results = new Map<number, BulkResult>();
  const until = Date.now() + PATIENCE;
  let open = lines;
  for (let round = 1; open.length > 0; round++) {
    for (const part of bulksOf(open)) {
      count('bulks');
      const found = await tryBulk(index, part);
      for (const [at, { place }] of part.entries()) results.set(place, found[at]!);
    }
    open = open.filter(({ place }) => isFailed(results.get(place)!));
    const missing = open.some(({ place }) => isMissing(results.get(place)!));
    if (missing && (await onMissing(index)) === 'forget') return undefined;
    if (open.length === 0 || round === TRIES || Date.now() >= until) break;
    if (missing) continue;
    await new Promise((resolve) => setTimeout(resolve, (0.5 + Math.random() / 2) * 100 * 3 ** round));
  }
  return results;
}

/** What a document's writes to several indices are together: as bad as the worst of them. */
const together = (results: readonly BulkResult[]): BulkResult =>
  results.find(isFailed) ??
  results.find((result) => typeof result !== 'string') ??
  (results.includes('indexed') ? 'indexed' : 'superseded');

/**
 * Writes documents into every index that is kept up to date (or `into` some of them only), with one bulk for each (of at most
 * 5 MiB), and tells what became of each. What an engine could not take just then was tried again several times. `again`: what is
 * there in the very same version is written over, by whoever found it wrong. Raises when the engine refuses a request as a whole.
 */
export async function writeDocuments(
  writes: readonly IndexWrite[],
  { again = false, into }: { readonly again?: boolean; readonly into?: readonly Generation[] } = {},
): Promise<IndexResult[]> {
  if (writes.length === 0) return [];
  const jsons = writes.map(({ document }) => JSON.stringify(document));
  const written = await Promise.all(
    (into ?? targetsOf(await indexState())).map(({ name, partitions }) => {
      const lines = writes.map(({ id, tenant, conversation, version }, place) => {
        const routing = routingOf(partitions, tenant, conversation);
        return { place, line: lineOf({ id, routing, version, json: jsons[place]! }, again) };
      });
      return writeTo(name, lines);
    }),
  );
  return writes.map((_, place) =>
    together(written.filter((results) => results !== undefined).map((results) => results.get(place)!)),
  );
}
