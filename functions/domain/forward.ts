import type { MessageBody, MessageDraft } from '#contract/message-bodies.ts';
import { Refusal } from './refusal.ts';

/** Where a message was said first: `c` conversation, `s` number, `u` sender, `a` time (ms). */
export interface Origin {
  readonly c: string;
  readonly s: number;
  readonly u: string;
  readonly a: number;
}

/** A message with its place, as it is stored. */
export interface Forwardable {
  readonly conversationId: string;
  readonly seq: number;
  readonly stored: {
    readonly u: string;
    readonly b: MessageBody;
    readonly a: number;
    readonly s?: number | undefined;
    readonly w?: Origin | undefined;
  };
}

/**
 * The copy of a message that is forwarded, and where that was said first. A location is copied as the place it is now.
 * Raises `message.not_forwardable` for what is deleted, or the server's own.
 */
export function copyOf({ conversationId, seq, stored }: Forwardable): { body: MessageDraft; origin: Origin } {
  const { b: body, w } = stored;
  if (body.type === 'deleted' || body.type === 'system') throw new Refusal('message.not_forwardable');
  const origin = w ?? { c: conversationId, s: seq, u: stored.u, a: stored.s ?? stored.a };
  if (body.type !== 'location') return { body, origin };
  const { liveUntil: _, ...place } = body;
  return { body: place, origin };
}
