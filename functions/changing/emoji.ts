import { Refusal } from '#domain/refusal.ts';
import { hasEmoji, ownEmojiIn } from '#domain/tenant-settings.ts';
import { canonicalEmoji } from '#runtime/emoji.ts';
import type { TenantKey } from '#table/entity.ts';
import { rulesOf } from '#table/tenant-settings.ts';

/**
 * The emoji that a caller names, in its one spelling, or as one of the tenant's own is written, whether there is one or not; one that came percent-encoded is decoded first, which no emoji is
 * by itself. Raises `request.invalid`.
 */
export function emojiNamed(text: string): string {
  const named = decoded(text);
  const emoji = ownEmojiIn(named) === undefined ? canonicalEmoji(named) : named;
  if (emoji !== undefined) return emoji;
  throw new Refusal('request.invalid', {
    issues: [{ path: 'emoji', message: 'exactly one emoji of Unicode’s RGI set, or a `:name:` of the tenant’s own' }],
  });
}

/** The emoji to react with: one of the tenant's own must be there. Raises `request.invalid`, `reaction.emoji_unknown`. */
export async function emojiToAdd(tenant: TenantKey, text: string, at: number): Promise<string> {
  const emoji = emojiNamed(text);
  const own = ownEmojiIn(emoji);
  if (own !== undefined && !hasEmoji(await rulesOf(tenant, at), own)) throw new Refusal('reaction.emoji_unknown');
  return emoji;
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
