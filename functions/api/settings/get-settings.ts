import type { getSettings } from '#contract/conversation-changes.ts';
import type { Handle } from '#runtime/service.ts';
import { answered, findRoomFor } from './change-conversation.ts';

export const handleGetSettings: Handle<typeof getSettings> = async ({ conversationId }, request) =>
  answered(conversationId, await findRoomFor(conversationId, request));
