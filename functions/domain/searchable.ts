import type { MessageBody } from '#contract/message-bodies.ts';
import { normal } from './search-query.ts';

/** The text of a message that can be found; undefined when it has none. What the server itself says is not searched. */
export function searchableText(body: MessageBody): string | undefined {
  if (body.type === 'text') return normal(body.text);
  if (body.type === 'image' && body.caption) return normal(body.caption);
  return undefined;
}

/**
 * A message's place among its own states, for the index: an edit raises `version`, and a state without text (a deleted
 * message) comes after the one with text that it replaces, whether or not it counted.
 */
export const indexVersion = (version: number, hasText: boolean): number => 2 * version + (hasText ? 0 : 1);

/** After every state that a message ever has. Numbers of a conversation are not used twice, so nothing follows. */
export const REMOVED_VERSION = Number.MAX_SAFE_INTEGER;
