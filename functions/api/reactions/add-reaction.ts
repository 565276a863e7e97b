import type { addReaction } from '#contract/reactions.ts';
import type { Handle } from '#runtime/service.ts';
import { changeOwnReactions } from './change-reactions.ts';
import { emojiNamed } from './emoji.ts';

export const handleAddReaction: Handle<typeof addReaction> = ({ messageId, emoji }, request) =>
  changeOwnReactions({ messageId, kind: 'reaction_added', emoji: emojiNamed(emoji) }, request);
