import { api } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleGetMessage } from './get-message.ts';
import { handleListMessages } from './list-messages.ts';
import { handleSendMessage } from './send-message.ts';

export const handler = service(api.messages, {
  sendMessage: handleSendMessage,
  getMessage: handleGetMessage,
  listMessages: handleListMessages,
});
