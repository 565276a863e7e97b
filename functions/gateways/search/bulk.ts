import * as z from 'zod';
import { searchRequest } from './request.ts';

/** One document for one index. */
export interface BulkItem {
  /** Unique in the index. */
  readonly id: string;
  readonly routing: string;
  /** Of two writes with one id the greater version wins, in whatever order they come. */
  readonly version: number;
  /** The document as JSON. */
  readonly json: string;
}

/** `indexed`, or `superseded` by a version at least as great; `rejected` for ever; `failed` for now, `missing` because there is no such index. */
export type BulkResult =
  | 'indexed'
  | 'superseded'
  | { readonly rejected: string }
  | { readonly failed: string; readonly missing?: true };

const Item = z.object({
  status: z.number(),
  error: z.object({ type: z.string(), reason: z.string().nullish() }).optional(),
});
type Item = z.output<typeof Item>;
/** Each item stands under the name of its action. */
const Answer = z.object({ items: z.array(z.record(z.string(), Item)) });

/** Milliseconds for a bulk; the engine goes on with it when nobody waits any more. */
const BULK_TIMEOUT = 15_000;

const resultOf = ({ status, error }: Item): BulkResult => {
  if (status < 300) return 'indexed';
  if (status === 409) return 'superseded';
  const said = `${status} ${error?.type}: ${error?.reason}`;
  if (error?.type === 'index_not_found_exception') return { failed: said, missing: true };
  return status === 400 ? { rejected: said } : { failed: said };
};

/**
 * The name under which an index takes documents: an alias of its own, so that a bulk which comes after the index was
 * removed, or before it was made, is refused. A bulk to the index itself would make it, with a mapping that the engine guesses.
 */
export const writesTo = (index: string): string => `${index}-w`;

/** The line of a document in a bulk's body. `again`: a version that is there already is written over. */
export const lineOf = ({ id, routing, version, json }: BulkItem, again: boolean): string => {
  const action = { index: { _id: id, routing, version, version_type: again ? 'external_gte' : 'external' } };
  return `${JSON.stringify(action)}\n${json}\n`;
};

/**
 * Writes lines (`lineOf`) into an index in one request, in order, and tells what became of each. Raises when the request as
 * a whole fails: `SearchUnavailable`, `SearchRefused`.
 *
 * A removal is a document too, never a delete: OpenSearch forgets the version of a deleted document after a minute
 * (`index.gc_deletes`), and a record that comes after that would bring the message back.
 */
export async function bulk(index: string, lines: readonly string[]): Promise<BulkResult[]> {
  const answer = await searchRequest({
    method: 'POST',
    path: `/${writesTo(index)}/_bulk`,
    query: { require_alias: 'true' },
    body: lines.join(''),
    contentType: 'application/x-ndjson',
    timeout: BULK_TIMEOUT,
  });
  const results = Answer.parse(answer).items.flatMap((item) => Object.values(item).map(resultOf));
  return lines.map((_, place) => results[place] ?? { failed: 'the engine did not say' });
}
