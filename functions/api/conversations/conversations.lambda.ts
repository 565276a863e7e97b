import { conversationsApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleAddParticipants } from './add-participants.ts';
import { handleCreateConversation } from './create-conversation.ts';
import { handleGetConversation } from './get-conversation.ts';
import { handleListConversations } from './list-conversations.ts';
import { handleListParticipants } from './list-participants.ts';

export const handler = service(conversationsApi, {
  createConversation: handleCreateConversation,
  getConversation: handleGetConversation,
  listConversations: handleListConversations,
  addParticipants: handleAddParticipants,
  listParticipants: handleListParticipants,
});
