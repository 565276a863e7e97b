import type { MessageBody, MessageDraft } from '#contract/message-bodies.ts';

/** Bytes of a text that the head keeps for lists; with both generations full the head stays below 1 KB. */
const PREVIEW_BYTES = 96;

const encoder = new TextEncoder();

/** The beginning of a text as lists show it, at most 96 bytes of UTF-8, never half of a character. */
export function previewText(text: string): string {
  const { read } = encoder.encodeInto(text, new Uint8Array(PREVIEW_BYTES));
  return text.slice(0, read);
}

/** The words of a body that lists show. */
const wordsOf = (body: MessageDraft): string => {
  if (body.type === 'location') return body.label ?? '';
  if (body.type === 'contact') return body.name;
  if (body.type === 'file') return body.caption ?? body.name ?? '';
  if (body.type === 'text' || body.type === 'custom') return body.text ?? '';
  return body.caption ?? '';
};

/** What a list shows of a message that its author is about to send. */
export const previewOf = (by: string, body: MessageDraft): { by: string; type: string; text: string } => ({
  by,
  type: body.type,
  text: previewText(wordsOf(body)),
});

/** What a list shows of a message that was sent at `a` (ms), as it is now. */
export const previewNow = (by: string, body: MessageBody, a: number) => ({
  ...(body.type === 'system' || body.type === 'deleted' ? { by, type: body.type, text: '' } : previewOf(by, body)),
  a,
});
