import * as z from 'zod';
import { messageIdOf } from '#contract/ids.ts';
import type { Mentions } from '#contract/message-parts.ts';
import type { Message } from '#contract/messages.ts';

/** Whom a message mentions: `u` users, `a` all. */
export const StoredMentions = z.object({ u: z.array(z.string()).optional(), a: z.literal(true).optional() });
export type StoredMentions = z.output<typeof StoredMentions>;

/** What a message carries besides its body; absent where there is nothing. */
export const StoredParts = {
  /** Attachments: media ids. */
  f: z.array(z.string()).optional(),
  m: StoredMentions.optional(),
  /** The message it answers: number `s` of the same conversation, sent by `u`. */
  q: z.object({ s: z.number(), u: z.string() }).optional(),
  /** Where it was forwarded from: conversation, number, sender, time (ms) of the first message. */
  w: z.object({ c: z.string(), s: z.number(), u: z.string(), a: z.number() }).optional(),
};

/** Mentions as they are stored; undefined for none. */
export const storedMentions = (mentions: Mentions | undefined): StoredMentions | undefined =>
  mentions && {
    ...(mentions.userIds.length > 0 ? { u: mentions.userIds } : {}),
    ...(mentions.all ? { a: true as const } : {}),
  };

/** Stored mentions as the API shows them; null for nobody. */
export const toMentions = (stored: StoredMentions | undefined): Mentions | null =>
  stored ? { userIds: stored.u ?? [], all: stored.a ?? false } : null;

type Stored = { readonly b: { readonly type: string } } & z.output<z.ZodObject<typeof StoredParts>>;
type Parts = Pick<Message, 'attachments' | 'mentions' | 'replyTo' | 'forwardedFrom'>;

/** What a message carries besides its body, as the API shows it: nothing on a deleted one. */
export function partsOf(conversationId: string, { b, f, m, q, w }: Stored): Parts {
  if (b.type === 'deleted') return { attachments: [], mentions: null, replyTo: null, forwardedFrom: null };
  return {
    attachments: f ?? [],
    mentions: toMentions(m),
    replyTo: q ? { id: messageIdOf(conversationId, q.s), senderId: q.u } : null,
    forwardedFrom: w
      ? {
          conversationId: w.c,
          messageId: messageIdOf(w.c, w.s),
          senderId: w.u,
          createdAt: new Date(w.a).toISOString(),
        }
      : null,
  };
}
