import { receiptsApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleGetUnread } from './get-unread.ts';
import { handleHideMessage } from './hide-message.ts';
import { handleListReceipts } from './list-receipts.ts';
import { handleMarkDelivered } from './mark-delivered.ts';
import { handleMarkRead } from './mark-read.ts';
import { handleUpdateMySettings } from './update-my-settings.ts';

export const handler = service(receiptsApi, {
  markRead: handleMarkRead,
  markDelivered: handleMarkDelivered,
  listReceipts: handleListReceipts,
  getUnread: handleGetUnread,
  updateMySettings: handleUpdateMySettings,
  hideMessage: handleHideMessage,
});
