import type { MessageBody } from '#contract/message-bodies.ts';

/** A field of a body that people write into, with what stands in it. */
export interface WrittenText {
  readonly field: 'text' | 'caption' | 'name' | 'label' | 'organisation' | 'note';
  readonly text: string;
}

const fieldsOf = (body: MessageBody): readonly (readonly [field: WrittenText['field'], text: string | undefined])[] => {
  if (body.type === 'file')
    return [
      ['name', body.name],
      ['caption', body.caption],
    ];
  if (body.type === 'location') return [['label', body.label]];
  if (body.type === 'contact')
    return [
      ['name', body.name],
      ['organisation', body.organisation],
      ['note', body.note],
    ];
  if (body.type === 'text' || body.type === 'custom') return [['text', body.text]];
  if (body.type === 'system' || body.type === 'deleted') return [];
  return [['caption', body.caption]];
};

/** What people wrote into a body, in the order in which it is read. */
export const textsOf = (body: MessageBody): WrittenText[] =>
  fieldsOf(body).flatMap(([field, text]) => (text ? [{ field, text }] : []));

/** The text of a message that can be found, as it was written; undefined when it has none. What the server itself says is not searched. */
export function searchedText(body: MessageBody): string | undefined {
  const parts = textsOf(body).map(({ text }) => text);
  return parts.length === 0 ? undefined : parts.join('\n');
}

/** An address of the web, as people write them. Each part is bounded or ends at what it cannot hold: linear in the text. */
const LINK = /(?:^|[^\p{L}\p{N}])(?:https?:\/\/|www\.)[\p{L}\p{N}]/iu;

/** Whether somebody put a link into a text. */
export const hasLink = (text: string): boolean => LINK.test(text);
