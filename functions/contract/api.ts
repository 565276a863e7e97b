import * as audit from './audit.ts';
import * as bookmarks from './bookmarks.ts';
import * as changes from './conversation-changes.ts';
import * as conversations from './conversations.ts';
import * as devices from './devices.ts';
import * as drafts from './drafts.ts';
import * as forwards from './forwards.ts';
import * as health from './health.ts';
import * as hidden from './hidden.ts';
import * as imports from './imports.ts';
import * as entry from './invitation-entry.ts';
import * as invitations from './invitations.ts';
import { downloadsApi, libraryApi, mediaApi } from './media-api.ts';
import * as memberSettings from './member-settings.ts';
import * as messages from './messages.ts';
import * as ownership from './ownership.ts';
import * as participants from './participants.ts';
import * as pins from './pins.ts';
import * as presence from './presence.ts';
import * as purge from './purge.ts';
import * as reactions from './reactions.ts';
import * as realtime from './realtime.ts';
import * as receipts from './receipts.ts';
import * as received from './received-invitations.ts';
import * as reports from './reports.ts';
import * as retention from './retention.ts';
import type { Route } from './route.ts';
import * as scheduled from './scheduled.ts';
import { indexingApi, searchApi } from './search-api.ts';
import * as sync from './sync.ts';
import * as tenant from './tenant.ts';
import * as threads from './threads.ts';
import * as users from './users.ts';
import * as webhooks from './webhooks.ts';

/**
 * The operations of each service (= Lambda function). One object each, so that a function's bundle holds its own and no
 * other's.
 */
export const healthApi = { getHealth: health.getHealth, getReadiness: health.getReadiness } as const satisfies Record<
  string,
  Route
>;
export const conversationsApi = {
  createConversation: conversations.createConversation,
  getConversation: conversations.getConversation,
  listConversations: conversations.listConversations,
  addParticipants: participants.addParticipants,
  listParticipants: participants.listParticipants,
} as const satisfies Record<string, Route>;
export const participantsApi = {
  removeParticipant: participants.removeParticipant,
  removeParticipants: participants.removeParticipants,
  leaveConversation: participants.leaveConversation,
  joinConversation: participants.joinConversation,
  changeRole: participants.changeRole,
  banParticipant: participants.banParticipant,
  unbanParticipant: participants.unbanParticipant,
  listBans: participants.listBans,
  offerOwnership: ownership.offerOwnership,
  withdrawOwnership: ownership.withdrawOwnership,
  acceptOwnership: ownership.acceptOwnership,
} as const satisfies Record<string, Route>;
export const settingsApi = {
  updateConversation: changes.updateConversation,
  archiveConversation: changes.archiveConversation,
  restoreConversation: changes.restoreConversation,
  getSettings: changes.getSettings,
  updateSettings: changes.updateSettings,
  listSettingsHistory: changes.listSettingsHistory,
  revertSettings: changes.revertSettings,
  purgeConversation: purge.purgeConversation,
} as const satisfies Record<string, Route>;
export const messagesApi = {
  sendMessage: messages.sendMessage,
  getMessage: messages.getMessage,
  listMessages: messages.listMessages,
  editMessage: messages.editMessage,
  deleteMessage: messages.deleteMessage,
  restoreMessage: messages.restoreMessage,
  listVersions: messages.listVersions,
  forwardMessage: forwards.forwardMessage,
} as const satisfies Record<string, Route>;
export const receiptsApi = {
  markRead: receipts.markRead,
  markDelivered: receipts.markDelivered,
  listReceipts: receipts.listReceipts,
  getUnread: receipts.getUnread,
  updateMySettings: memberSettings.updateMySettings,
  hideMessage: hidden.hideMessage,
} as const satisfies Record<string, Route>;
export const reactionsApi = {
  addReaction: reactions.addReaction,
  removeReaction: reactions.removeReaction,
  removeReactions: reactions.removeReactions,
  listReactions: reactions.listReactions,
} as const satisfies Record<string, Route>;
export const threadsApi = {
  replyToMessage: threads.replyToMessage,
  listReplies: threads.listReplies,
  getThread: threads.getThread,
  listThreadParticipants: threads.listThreadParticipants,
  subscribeToThread: threads.subscribeToThread,
  markThreadRead: threads.markThreadRead,
  listThreads: threads.listThreads,
} as const satisfies Record<string, Route>;
export const pinsApi = {
  pinMessage: pins.pinMessage,
  unpinMessage: pins.unpinMessage,
  listPins: pins.listPins,
  orderPins: pins.orderPins,
} as const satisfies Record<string, Route>;
export const mineApi = {
  setBookmark: bookmarks.setBookmark,
  removeBookmark: bookmarks.removeBookmark,
  dropBookmark: bookmarks.dropBookmark,
  listBookmarks: bookmarks.listBookmarks,
  putDraft: drafts.putDraft,
  getDraft: drafts.getDraft,
  deleteDraft: drafts.deleteDraft,
  listDrafts: drafts.listDrafts,
} as const satisfies Record<string, Route>;
export const scheduledApi = {
  scheduleMessage: scheduled.scheduleMessage,
  listScheduled: scheduled.listScheduled,
  updateScheduled: scheduled.updateScheduled,
  cancelScheduled: scheduled.cancelScheduled,
  sendScheduledNow: scheduled.sendScheduledNow,
} as const satisfies Record<string, Route>;
export const realtimeApi = { createTicket: realtime.createTicket } as const satisfies Record<string, Route>;
export const syncApi = { getSync: sync.getSync, listEvents: sync.listEvents } as const satisfies Record<string, Route>;
export const devicesApi = {
  listDevices: devices.listDevices,
  removeDevice: devices.removeDevice,
  logout: devices.logout,
  logoutUser: devices.logoutUser,
} as const satisfies Record<string, Route>;
export const usersApi = {
  getMe: users.getMe,
  updateMe: users.updateMe,
  getUser: users.getUser,
  updateUser: users.updateUser,
  listUsers: users.listUsers,
  blockUser: users.blockUser,
  unblockUser: users.unblockUser,
  listBlocked: users.listBlocked,
  getPresence: presence.getPresence,
} as const satisfies Record<string, Route>;
export const tenantApi = {
  getTenantSettings: tenant.getTenantSettings,
  updateTenantSettings: tenant.updateTenantSettings,
  listTenantSettingsHistory: tenant.listTenantSettingsHistory,
} as const satisfies Record<string, Route>;
export const invitationsApi = {
  createInvitation: invitations.createInvitation,
  listInvitations: invitations.listInvitations,
  revokeInvitation: invitations.revokeInvitation,
  listUses: invitations.listUses,
  previewInvitation: entry.previewInvitation,
  redeemInvitation: entry.redeemInvitation,
  listReceived: received.listReceived,
  acceptInvitation: received.acceptInvitation,
  declineInvitation: received.declineInvitation,
  getInvitationKeys: entry.getInvitationKeys,
} as const satisfies Record<string, Route>;
export const moderationApi = {
  reportMessage: reports.reportMessage,
  listReports: reports.listReports,
  getReport: reports.getReport,
  claimReport: reports.claimReport,
  releaseReport: reports.releaseReport,
  resolveReport: reports.resolveReport,
  listAudit: audit.listAudit,
} as const satisfies Record<string, Route>;
export const retentionApi = {
  holdConversation: retention.holdConversation,
  releaseConversation: retention.releaseConversation,
  holdTenant: retention.holdTenant,
  releaseTenant: retention.releaseTenant,
  listRetentionReports: retention.listRetentionReports,
} as const satisfies Record<string, Route>;
export const importsApi = {
  startImport: imports.startImport,
  getImport: imports.getImport,
  importBatch: imports.importBatch,
} as const satisfies Record<string, Route>;

export const webhooksApi = {
  createWebhook: webhooks.createWebhook,
  listWebhooks: webhooks.listWebhooks,
  getWebhook: webhooks.getWebhook,
  updateWebhook: webhooks.updateWebhook,
  rotateSecret: webhooks.rotateSecret,
  deleteWebhook: webhooks.deleteWebhook,
  testWebhook: webhooks.testWebhook,
  listDeliveries: webhooks.listDeliveries,
  redeliver: webhooks.redeliver,
  replayWebhook: webhooks.replayWebhook,
} as const satisfies Record<string, Route>;

/** Every operation, by the service that answers it. */
export const api = {
  health: healthApi,
  conversations: conversationsApi,
  participants: participantsApi,
  settings: settingsApi,
  messages: messagesApi,
  receipts: receiptsApi,
  reactions: reactionsApi,
  threads: threadsApi,
  pins: pinsApi,
  mine: mineApi,
  scheduled: scheduledApi,
  realtime: realtimeApi,
  sync: syncApi,
  devices: devicesApi,
  media: mediaApi,
  downloads: downloadsApi,
  library: libraryApi,
  search: searchApi,
  indexing: indexingApi,
  users: usersApi,
  tenant: tenantApi,
  invitations: invitationsApi,
  retention: retentionApi,
  moderation: moderationApi,
  imports: importsApi,
  webhooks: webhooksApi,
} as const satisfies Record<string, Record<string, Route>>;

export type Service = keyof typeof api;

/** Every operation with its service and name, in declaration order. */
export const everyRoute = (): { service: Service; name: string; route: Route }[] =>
  (Object.keys(api) as Service[]).flatMap((service) =>
    Object.entries<Route>(api[service]).map(([name, route]) => ({ service, name, route })),
  );
