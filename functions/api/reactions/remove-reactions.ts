import { changeOwnReactions } from '#changing/change-reactions.ts';
import type { removeReactions } from '#contract/reactions.ts';
import type { Handle } from '#runtime/service.ts';

export const handleRemoveReactions: Handle<typeof removeReactions> = ({ messageId }, request) =>
  changeOwnReactions({ messageId, kind: 'reaction_removed', emoji: undefined }, request);
