import { SearchRefused, searchRequest } from './search/request.ts';

/**
 * The name that everybody writes to and reads from. Behind it lies an index with a version in its name, so that one with
 * another mapping can be built beside it and take its place.
 */
export const SEARCH_ALIAS = 'messages';

/** Raised whenever `INDEX` changes. */
const INDEX_VERSION = 1;

/** UTF-16 units of an indexed word; longer ones (pasted keys, base64) are cut. A query's words are shorter: see `MAX_QUERY`. */
const MAX_WORD = 512;

/**
 * Words are runs of letters, marks and digits, in lower case, so that a phrase finds exactly the messages in which a plain
 * scan finds its words side by side. No stemming, no stop words. An unknown field is refused: what is not declared here
 * is not indexed. `domain/search-query.ts` splits queries the same way.
 */
const INDEX = {
  settings: {
    index: {
      number_of_shards: 3,
      // A lone node keeps no copy, two or more keep one: no stage has to say so.
      auto_expand_replicas: '0-1',
    },
    analysis: {
      tokenizer: { words: { type: 'pattern', pattern: '[^\\p{L}\\p{M}\\p{N}]+' } },
      // A term above 32,766 bytes fails its document (IndexWriter.MAX_TERM_LENGTH of Lucene).
      filter: { cut: { type: 'truncate', length: MAX_WORD } },
      analyzer: { words: { type: 'custom', tokenizer: 'words', filter: ['lowercase', 'cut'] } },
    },
  },
  mappings: {
    dynamic: 'strict',
    properties: {
      tenant: { type: 'keyword' },
      conversation: { type: 'keyword' },
      seq: { type: 'long' },
      sender: { type: 'keyword' },
      at: { type: 'date', format: 'epoch_millis' },
      text: { type: 'text', analyzer: 'words' },
      /** Only on a tombstone, which has nothing else. */
      removedAt: { type: 'date', format: 'epoch_millis' },
    },
  },
} as const;

/** Creates the index with its alias, in one step. Somebody else creating it at the same moment is as good. */
export async function createIndex(alias: string): Promise<void> {
  try {
    await searchRequest({
      method: 'PUT',
      path: `/${alias}-v${INDEX_VERSION}`,
      body: JSON.stringify({ ...INDEX, aliases: { [alias]: { is_write_index: true } } }),
      timeout: 20_000,
    });
  } catch (error) {
    if (error instanceof SearchRefused && error.type === 'resource_already_exists_exception') return;
    throw error;
  }
}
