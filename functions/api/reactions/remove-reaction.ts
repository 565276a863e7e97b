import { changeOwnReactions } from '#changing/change-reactions.ts';
import { emojiNamed } from '#changing/emoji.ts';
import type { removeReaction } from '#contract/reactions.ts';
import type { Handle } from '#runtime/service.ts';

export const handleRemoveReaction: Handle<typeof removeReaction> = ({ messageId, emoji }, request) =>
  changeOwnReactions({ messageId, kind: 'reaction_removed', emoji: emojiNamed(emoji) }, request);
