import emojiRegex from 'emoji-regex';

/** Every emoji of the package's Unicode version and nothing else: one, whole. */
const ONE_EMOJI = new RegExp(`^(?:${emojiRegex().source})$`);

const VARIATION = /\ufe0f/g;

/** Characters that are shown as text unless U+FE0F follows, and that no skin tone follows. */
const TEXT_BY_DEFAULT = /(?!\p{Emoji_Presentation})\p{Emoji}(?![\u{1f3fb}-\u{1f3ff}])/gu;

/**
 * The one spelling of an emoji: U+FE0F wherever Unicode has it in the fully-qualified form (UTS 51, ED-18a) and nowhere
 * else. Skin tones make emojis of their own. Undefined for what is not exactly one emoji recommended for general
 * interchange (RGI, ED-27).
 */
export function canonicalEmoji(text: string): string | undefined {
  const bare = text.replace(VARIATION, '');
  return ONE_EMOJI.test(bare) ? bare.replace(TEXT_BY_DEFAULT, '$&\ufe0f') : undefined;
}
