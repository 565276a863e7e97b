import type { holdConversation } from '#contract/retention.ts';
import type { Handle } from '#runtime/service.ts';
import { placeHold } from './hold.ts';

export const handleHoldConversation: Handle<typeof holdConversation> = ({ conversationId, reason }, request) =>
  placeHold(conversationId, reason, request);
