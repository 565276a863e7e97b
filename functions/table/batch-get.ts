import { documents } from '#aws/documents.ts';
import type { Item, Key } from './entity.ts';
import { tableName } from './table-name.ts';

/** Keys that one BatchGetItem may name. */
const MOST = 100;
/** Rounds a chunk is asked again for what DynamoDB left unprocessed. */
const ROUNDS = 6;

const readChunk = async (keys: readonly Key[], consistent: boolean): Promise<Item[]> => {
  const found: Item[] = [];
  let open: readonly Record<string, unknown>[] = keys.map(({ pk, sk }) => ({ pk, sk }));
  for (let round = 0; open.length > 0; round++) {
    if (round === ROUNDS) throw new Error(`BatchGetItem left ${open.length} keys unprocessed after ${ROUNDS} rounds`);
    // Unprocessed keys mean throttling: AWS asks for exponential back-off with jitter.
    if (round > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * 25 * 2 ** round));
    const { items, unprocessed } = await documents.batchGet(tableName(), open, consistent);
    found.push(...items);
    open = unprocessed;
  }
  return found;
};

/**
 * Items by key, in any order, missing ones left out; chunks of 100 in parallel. Duplicate keys are asked once.
 * Raises when DynamoDB keeps leaving keys unprocessed.
 */
export async function batchGet(keys: readonly Key[], options: { readonly consistent: boolean }): Promise<Item[]> {
  const unique = [...new Map(keys.map((key) => [`${key.pk}\n${key.sk}`, key])).values()];
  const chunks: Key[][] = [];
  for (let from = 0; from < unique.length; from += MOST) chunks.push(unique.slice(from, from + MOST));
  return (await Promise.all(chunks.map((chunk) => readChunk(chunk, options.consistent)))).flat();
}
