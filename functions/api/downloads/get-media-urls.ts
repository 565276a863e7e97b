import type { getMediaUrls as route } from '#contract/downloads.ts';
import type { Output } from '#contract/route.ts';
import { inParallel } from '#delivery/parallel.ts';
import { Refusal } from '#domain/refusal.ts';
import { rateLimitHeaders } from '#runtime/rate-limit-headers.ts';
import type { Handle } from '#runtime/service.ts';
import { mint } from './mint.ts';
import { findWanted, type Wanted } from './wanted.ts';

/** Media whose readers are looked up at once. */
const BOUND = 10;

type Item = Output<typeof route>['items'][number];
type Code = Extract<Item, { code: unknown }>['code'];

/** Addresses of a screen of media, each answered by itself. */
export const getMediaUrls: Handle<typeof route> = async ({ mediaIds, rendition }, { caller, at }) => {
  const found = await inParallel(mediaIds, BOUND, (mediaId) =>
    findWanted(caller, mediaId, rendition, at).catch((error: unknown): Refusal => {
      if (error instanceof Refusal) return error;
      throw error;
    }),
  );
  const wanted = found.filter((each): each is Wanted => !(each instanceof Refusal));
  const { addresses, quota } = await mint(caller, wanted, at);
  const items = found.map((each, index): Item => {
    const mediaId = mediaIds[index]!;
    const answer = each instanceof Refusal ? each : addresses[wanted.indexOf(each)]!;
    return answer instanceof Refusal ? { mediaId, code: answer.code as Code } : { mediaId, ...answer };
  });
  return { body: { items }, ...(quota ? { headers: rateLimitHeaders(quota) } : {}) };
};
