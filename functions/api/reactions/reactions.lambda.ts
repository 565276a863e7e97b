import { addOwnReaction, removeOwnReaction } from '#changing/own-reactions.ts';
import { reactionsApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleListReactions } from './list-reactions.ts';
import { handleRemoveReactions } from './remove-reactions.ts';

export const handler = service(reactionsApi, {
  addReaction: addOwnReaction,
  removeReaction: removeOwnReaction,
  removeReactions: handleRemoveReactions,
  listReactions: handleListReactions,
});
