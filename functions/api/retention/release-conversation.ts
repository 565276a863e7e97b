import type { releaseConversation } from '#contract/retention.ts';
import type { Handle } from '#runtime/service.ts';
import { liftHold } from './hold.ts';

export const handleReleaseConversation: Handle<typeof releaseConversation> = ({ conversationId }, request) =>
  liftHold(conversationId, request);
