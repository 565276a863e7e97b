import { Refusal } from '#domain/refusal.ts';
import { canonicalEmoji } from '#runtime/emoji.ts';

/**
 * The emoji that a caller names, in its one spelling; one that came percent-encoded is decoded first, which no emoji is
 * by itself. Raises `request.invalid`.
 */
export function emojiNamed(text: string): string {
  const emoji = canonicalEmoji(decoded(text));
  if (emoji !== undefined) return emoji;
  throw new Refusal('request.invalid', {
    issues: [{ path: 'emoji', message: 'exactly one emoji of Unicode’s RGI set' }],
  });
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
