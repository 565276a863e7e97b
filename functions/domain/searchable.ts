import type { MessageBody } from '#contract/message-bodies.ts';
import { normal } from './search-query.ts';

/** What people wrote into a body, in the order in which it is read. */
const wordsOf = (body: MessageBody): readonly (string | undefined)[] => {
  if (body.type === 'file') return [body.name, body.caption];
  if (body.type === 'location') return [body.label];
  if (body.type === 'contact') return [body.name, body.organisation, body.note];
  if (body.type === 'text' || body.type === 'custom') return [body.text];
  if (body.type === 'system' || body.type === 'deleted') return [];
  return [body.caption];
};

/** The text of a message that can be found; undefined when it has none. What the server itself says is not searched. */
export function searchableText(body: MessageBody): string | undefined {
  const words = wordsOf(body).filter((part) => part);
  return words.length === 0 ? undefined : normal(words.join('\n'));
}

/**
 * A message's place among its own states, for the index: an edit raises `version`, and a state without text (a deleted
 * message) comes after the one with text that it replaces, whether or not it counted.
 */
export const indexVersion = (version: number, hasText: boolean): number => 2 * version + (hasText ? 0 : 1);

/** After every state that a message ever has. Numbers of a conversation are not used twice, so nothing follows. */
export const REMOVED_VERSION = Number.MAX_SAFE_INTEGER;
