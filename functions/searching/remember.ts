import { createHmac } from 'node:crypto';
import { dayOf, termOf } from '#domain/search/figures.ts';
import { parse } from '#domain/search/parse.ts';
import { signingKey } from '#gateways/signing-key.ts';
import type { Caller } from '#runtime/caller.ts';
import { log } from '#runtime/log.ts';
import { rememberSearch } from '#table/recent-search.ts';
import { type CountedSearch, countSearch } from '#table/search-stats.ts';
import { rulesOf } from '#table/tenant-settings.ts';

/** A search that was answered: its first page. */
export interface Answered {
  readonly q: string;
  /** When it was asked, and how long the answer took (ms). */
  readonly at: number;
  readonly ms: number;
  /** Nothing was found; only what is similar was. */
  readonly empty: boolean;
  readonly similar: boolean;
  /** False where its words are to be kept nowhere. */
  readonly remember: boolean;
}

/**
 * What was searched for, as it is counted: its digest and the user's are keyed, and others on another day, in another tenant
 * and for another term, so that whoever reads the table can neither guess words nor tell who looks for several things.
 */
async function counted({ tenant, userId }: Caller, { q, at }: Answered): Promise<CountedSearch['term']> {
  const text = termOf(parse(q).tree);
  if (text === undefined) return undefined;
  const key = await signingKey('search-terms');
  const digestOf = (...parts: readonly string[]): string =>
    createHmac('sha256', key)
      .update([tenant, dayOf(at), text, ...parts].join('\n'))
      .digest('base64url')
      .slice(0, 16);
  return { digest: digestOf(), user: digestOf(userId), text };
}

/**
 * Remembers a search for who made it, and counts it for the tenant where that is on: two writes beside each other. Never
 * raises: what could not be kept is logged, and the search is as good.
 */
export async function afterSearch(caller: Caller, search: Answered): Promise<void> {
  const { tenant, userId } = caller;
  const { q, at, ms, empty, similar, remember } = search;
  const count = async (): Promise<void> => {
    if (!(await rulesOf(tenant, at)).search.analytics) return;
    await countSearch(tenant, {
      ...{ at, ms, empty, similar: similar && !empty },
      term: remember ? await counted(caller, search) : undefined,
    });
  };
  const kept = await Promise.allSettled([remember ? rememberSearch(tenant, userId, q, at) : undefined, count()]);
  for (const result of kept) if (result.status === 'rejected') log.error('search.not_kept', result.reason);
}
