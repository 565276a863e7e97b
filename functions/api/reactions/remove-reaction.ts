import type { removeReaction } from '#contract/reactions.ts';
import type { Handle } from '#runtime/service.ts';
import { changeOwnReactions } from './change-reactions.ts';
import { emojiNamed } from './emoji.ts';

export const handleRemoveReaction: Handle<typeof removeReaction> = ({ messageId, emoji }, request) =>
  changeOwnReactions({ messageId, kind: 'reaction_removed', emoji: emojiNamed(emoji) }, request);
