import { writesTo } from './bulk.ts';
import { indexBody } from './mapping.ts';
import { SearchRefused, searchRequest } from './request.ts';

/** The name under which people and their tools find the live index. Our own readers name the index itself. */
export const SEARCH_ALIAS = 'search';

const TIMEOUT_MS = 20_000;

/** Does something, unless the engine says that there is nothing to do it to, or that it is done. */
async function unless(type: string, doing: Promise<unknown>): Promise<void> {
  try {
    await doing;
  } catch (error) {
    if (!(error instanceof SearchRefused && error.type === type)) throw error;
  }
}

/**
 * Creates an index with the alias that it is written by, and with `alias` the one that people read. Somebody else creating
 * it at the same moment is as good.
 */
export async function createIndex(name: string, { alias }: { readonly alias?: string } = {}): Promise<void> {
  const aliases = { [writesTo(name)]: {}, ...(alias ? { [alias]: {} } : {}) };
  const body = JSON.stringify({ ...indexBody(), aliases });
  await unless(
    'resource_already_exists_exception',
    searchRequest({ method: 'PUT', path: `/${name}`, body, timeout: TIMEOUT_MS }),
  );
}

/** Lets an alias name this index and no other of ours, in one step. One that is not there yet gets it when it is made. */
export async function swapAlias(alias: string, name: string): Promise<void> {
  const actions = [{ remove: { index: 'search-v*', alias, must_exist: false } }, { add: { index: name, alias } }];
  const body = JSON.stringify({ actions });
  await unless(
    'index_not_found_exception',
    searchRequest({ method: 'POST', path: '/_aliases', body, timeout: TIMEOUT_MS }),
  );
}

/** Deletes an index; one that is not there is as good. */
export const deleteIndex = (name: string): Promise<void> =>
  unless('index_not_found_exception', searchRequest({ method: 'DELETE', path: `/${name}`, timeout: TIMEOUT_MS }));

/** Makes what was written to an index visible to searches. */
export const refreshIndex = (name: string): Promise<void> =>
  unless(
    'index_not_found_exception',
    searchRequest({ method: 'POST', path: `/${name}/_refresh`, timeout: TIMEOUT_MS }),
  );
