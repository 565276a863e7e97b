import * as z from 'zod';
import { messageIdOf } from '#contract/ids.ts';
import type { MessageThread, ThreadSummary } from '#contract/thread.ts';
import { depthOf, type Place, parentOf, type Summary } from '#domain/thread.ts';

/** Where a reply stands: see `Place` in `domain/thread.ts`. */
export const StoredPlace = z.object({ r: z.number(), p: z.array(z.number()).readonly() });

/** What a root keeps of its thread: see `Summary` in `domain/thread.ts`. */
export const StoredSummary = z.object({
  v: z.number(),
  c: z.number(),
  k: z.number(),
  u: z.array(z.string()).readonly(),
  f: z.number(),
  s: z.number(),
  a: z.number(),
});

/** A stored summary as the API shows it. */
export const toSummary = (conversationId: string, { v, c, k, u, s, a }: Summary): ThreadSummary => ({
  replyCount: c,
  participantCount: k,
  participants: [...u],
  lastReplyId: messageIdOf(conversationId, s),
  lastReplyAt: new Date(a).toISOString(),
  version: v,
});

/** Where a stored message stands in its thread, as the API shows it; null for one that is in none. */
export const threadOf = (
  conversationId: string,
  seq: number,
  { t, k }: { readonly t?: Place | undefined; readonly k?: Summary | undefined },
): MessageThread | null => {
  const id = (of: number) => messageIdOf(conversationId, of);
  if (t) return { rootId: id(t.r), parentId: id(parentOf(t)), depth: depthOf(t), summary: null };
  return k ? { rootId: id(seq), parentId: null, depth: 0, summary: toSummary(conversationId, k) } : null;
};
