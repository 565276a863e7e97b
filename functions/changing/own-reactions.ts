import type { addReaction, removeReaction } from '#contract/reactions.ts';
import type { Handle } from '#runtime/service.ts';
import { changeOwnReactions } from './change-reactions.ts';
import { emojiNamed, emojiToAdd } from './emoji.ts';

/** Adds a reaction of the caller's, over HTTPS or a socket. */
export const addOwnReaction: Handle<typeof addReaction> = async ({ messageId, emoji: named }, request) => {
  const emoji = await emojiToAdd(request.caller.tenant, named, request.at);
  return changeOwnReactions({ messageId, kind: 'reaction_added', emoji }, request);
};

/** Takes a reaction of the caller's back, over HTTPS or a socket. */
export const removeOwnReaction: Handle<typeof removeReaction> = async ({ messageId, emoji }, request) =>
  changeOwnReactions({ messageId, kind: 'reaction_removed', emoji: emojiNamed(emoji) }, request);
