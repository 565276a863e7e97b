import { TooOften } from '#domain/rate-limit.ts';
import { searchRateOf } from '#domain/tenant-settings.ts';
import type { Caller } from '#runtime/caller.ts';
import { rateLimitHeaders } from '#runtime/rate-limit-headers.ts';
import { spend } from '#table/rate-bucket.ts';
import { rulesOf } from '#table/tenant-settings.ts';
import { onFirstSearch } from './first-search.ts';

/**
 * Counts a search, or a request for suggestions, against what the tenant lets a user do in a minute; the headers that say what
 * is left. The first of a tenant begins its index, where that is put off until then. Raises `search.rate_limited`.
 */
export async function permitSearch(
  { tenant, userId }: Caller,
  counted: 'searches' | 'suggestions',
  at: number,
): Promise<Readonly<Record<string, string>>> {
  const rate = searchRateOf(await rulesOf(tenant, at), counted);
  const { ok, quota } = await spend(tenant, { userId, counted }, rate, at);
  if (!ok) throw new TooOften('search.rate_limited', quota);
  await onFirstSearch(tenant, at);
  return rateLimitHeaders(quota);
}
