import type { getMediaUrl as route } from '#contract/downloads.ts';
import { Refusal } from '#domain/refusal.ts';
import { rateLimitHeaders } from '#runtime/rate-limit-headers.ts';
import type { Handle } from '#runtime/service.ts';
import { mint } from './mint.ts';
import { findWanted } from './wanted.ts';

/** An address of one rendition: minted for each request, after the caller's right to it was checked. */
export const getMediaUrl: Handle<typeof route> = async ({ mediaId, rendition }, { caller, at }) => {
  const wanted = await findWanted(caller, mediaId, rendition, at);
  const { addresses, quota } = await mint(caller, [wanted], at);
  const [address] = addresses;
  if (!address || address instanceof Refusal) throw address;
  return { body: address, ...(quota ? { headers: rateLimitHeaders(quota) } : {}) };
};
