import { changeOwnReactions } from '#changing/change-reactions.ts';
import { emojiToAdd } from '#changing/emoji.ts';
import type { addReaction } from '#contract/reactions.ts';
import type { Handle } from '#runtime/service.ts';

export const handleAddReaction: Handle<typeof addReaction> = async ({ messageId, emoji: named }, request) => {
  const emoji = await emojiToAdd(request.caller.tenant, named, request.at);
  return changeOwnReactions({ messageId, kind: 'reaction_added', emoji }, request);
};
