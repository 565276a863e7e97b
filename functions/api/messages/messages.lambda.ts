import { messagesApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleDeleteMessage } from './delete-message.ts';
import { handleEditMessage } from './edit-message.ts';
import { handleForwardMessage } from './forward-message.ts';
import { handleGetMessage } from './get-message.ts';
import { handleListMessages } from './list-messages.ts';
import { handleListVersions } from './list-versions.ts';
import { handleRestoreMessage } from './restore-message.ts';
import { handleSendMessage } from './send-message.ts';

export const handler = service(messagesApi, {
  sendMessage: handleSendMessage,
  getMessage: handleGetMessage,
  listMessages: handleListMessages,
  editMessage: handleEditMessage,
  deleteMessage: handleDeleteMessage,
  restoreMessage: handleRestoreMessage,
  listVersions: handleListVersions,
  forwardMessage: handleForwardMessage,
});
