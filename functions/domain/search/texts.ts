import type { MessageBody } from '#contract/message-bodies.ts';

/** What people wrote into a body, in the order in which it is read. */
const partsOf = (body: MessageBody): readonly (string | undefined)[] => {
  if (body.type === 'file') return [body.name, body.caption];
  if (body.type === 'location') return [body.label];
  if (body.type === 'contact') return [body.name, body.organisation, body.note];
  if (body.type === 'text' || body.type === 'custom') return [body.text];
  if (body.type === 'system' || body.type === 'deleted') return [];
  return [body.caption];
};

/** The text of a message that can be found, as it was written; undefined when it has none. What the server itself says is not searched. */
export function searchedText(body: MessageBody): string | undefined {
  const parts = partsOf(body).filter((part) => part);
  return parts.length === 0 ? undefined : parts.join('\n');
}

/** An address of the web, as people write them. Each part is bounded or ends at what it cannot hold: linear in the text. */
const LINK = /(?:^|[^\p{L}\p{N}])(?:https?:\/\/|www\.)[\p{L}\p{N}]/iu;

/** Whether somebody put a link into a text. */
export const hasLink = (text: string): boolean => LINK.test(text);
