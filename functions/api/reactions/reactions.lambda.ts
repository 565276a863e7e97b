import { reactionsApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleAddReaction } from './add-reaction.ts';
import { handleListReactions } from './list-reactions.ts';
import { handleRemoveReaction } from './remove-reaction.ts';
import { handleRemoveReactions } from './remove-reactions.ts';

export const handler = service(reactionsApi, {
  addReaction: handleAddReaction,
  removeReaction: handleRemoveReaction,
  removeReactions: handleRemoveReactions,
  listReactions: handleListReactions,
});
