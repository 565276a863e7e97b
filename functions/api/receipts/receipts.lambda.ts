import { mark } from '#changing/mark.ts';
import { receiptsApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleGetUnread } from './get-unread.ts';
import { handleHideMessage } from './hide-message.ts';
import { handleListReceipts } from './list-receipts.ts';
import { handleUpdateMySettings } from './update-my-settings.ts';

export const handler = service(receiptsApi, {
  markRead: (input, request) => mark('read', input, request),
  markDelivered: (input, request) => mark('delivered', input, request),
  listReceipts: handleListReceipts,
  getUnread: handleGetUnread,
  updateMySettings: handleUpdateMySettings,
  hideMessage: handleHideMessage,
});
