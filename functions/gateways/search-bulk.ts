import * as z from 'zod';
import { searchRequest } from './search/request.ts';
import { createIndex, SEARCH_ALIAS } from './search-index.ts';

/** What the index holds of a message. */
export interface SearchDocument {
  readonly tenant: string;
  readonly conversation: string;
  readonly seq: number;
  readonly sender: string;
  /** Milliseconds. */
  readonly at: number;
  readonly text: string;
}

/** What is left of a message that is gone: no search can match it, but its version still wins over what comes late. */
export interface Tombstone {
  readonly removedAt: number;
}

export interface IndexWrite {
  /** Unique among all tenants. */
  readonly id: string;
  readonly tenant: string;
  /** Of two writes with one id the greater version wins, in whatever order they come; an equal one changes nothing. */
  readonly version: number;
  readonly document: SearchDocument | Tombstone;
}

/** `indexed`, or `superseded` by a version at least as great; `rejected` for ever; `failed` for now. */
export type IndexResult = 'indexed' | 'superseded' | { readonly rejected: string } | { readonly failed: string };

const Item = z.object({
  status: z.number(),
  error: z.object({ type: z.string(), reason: z.string().nullish() }).optional(),
});
type Item = z.output<typeof Item>;
/** Each item stands under the name of its action. */
const Answer = z.object({ items: z.array(z.record(z.string(), Item)) });

const MISSING_ALIAS = 'index_not_found_exception';

const resultOf = ({ status, error }: Item): IndexResult => {
  if (status < 300) return 'indexed';
  if (status === 409) return 'superseded';
  const said = `${status} ${error?.type}: ${error?.reason}`;
  return status === 400 ? { rejected: said } : { failed: said };
};

/**
 * Writes documents in one request, in order, and tells what became of each, as far as the engine said. Creates the index when its alias is missing:
 * nothing else ever may, or a wrong mapping would be guessed. Raises when the request as a whole fails.
 *
 * A removal is a document too, never a delete: OpenSearch forgets the version of a deleted document after a minute
 * (`index.gc_deletes`), and a record that comes after that would bring the message back.
 */
export async function writeToIndex(
  writes: readonly IndexWrite[],
  alias: string = SEARCH_ALIAS,
): Promise<IndexResult[]> {
  const body = writes
    .map(({ id, tenant, version, document }) => {
      const action = { index: { _id: id, routing: tenant, version, version_type: 'external' } };
      return `${JSON.stringify(action)}\n${JSON.stringify(document)}\n`;
    })
    .join('');
  const send = async (): Promise<Item[]> => {
    const answer = await searchRequest({
      method: 'POST',
      path: `/${alias}/_bulk`,
      query: { require_alias: 'true' },
      body,
      contentType: 'application/x-ndjson',
      timeout: 25_000,
    });
    return Answer.parse(answer).items.flatMap((item) => Object.values(item));
  };
  let items = await send();
  if (items.some(({ error }) => error?.type === MISSING_ALIAS)) {
    await createIndex(alias);
    items = await send();
  }
  return items.map(resultOf);
}
