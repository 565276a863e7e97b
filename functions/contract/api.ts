import * as changes from './conversation-changes.ts';
import * as conversations from './conversations.ts';
import * as health from './health.ts';
import * as imports from './imports.ts';
import * as media from './media.ts';
import * as memberSettings from './member-settings.ts';
import * as messages from './messages.ts';
import * as ownership from './ownership.ts';
import * as participants from './participants.ts';
import * as reactions from './reactions.ts';
import * as realtime from './realtime.ts';
import * as receipts from './receipts.ts';
import type { Route } from './route.ts';
import * as search from './search.ts';
import * as tenant from './tenant.ts';
import * as users from './users.ts';

/** Every operation, by the service (= the Lambda function) that answers it. */
export const api = {
  health: { getHealth: health.getHealth, getReadiness: health.getReadiness },
  conversations: {
    createConversation: conversations.createConversation,
    getConversation: conversations.getConversation,
    listConversations: conversations.listConversations,
    addParticipants: participants.addParticipants,
    listParticipants: participants.listParticipants,
  },
  participants: {
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
  },
  settings: {
    updateConversation: changes.updateConversation,
    archiveConversation: changes.archiveConversation,
    restoreConversation: changes.restoreConversation,
    getSettings: changes.getSettings,
    updateSettings: changes.updateSettings,
    listSettingsHistory: changes.listSettingsHistory,
    revertSettings: changes.revertSettings,
  },
  messages: {
    sendMessage: messages.sendMessage,
    getMessage: messages.getMessage,
    listMessages: messages.listMessages,
    editMessage: messages.editMessage,
    deleteMessage: messages.deleteMessage,
    restoreMessage: messages.restoreMessage,
    listVersions: messages.listVersions,
  },
  receipts: {
    markRead: receipts.markRead,
    markDelivered: receipts.markDelivered,
    listReceipts: receipts.listReceipts,
    updateMySettings: memberSettings.updateMySettings,
  },
  reactions: {
    addReaction: reactions.addReaction,
    removeReaction: reactions.removeReaction,
    removeReactions: reactions.removeReactions,
    listReactions: reactions.listReactions,
  },
  realtime: { createTicket: realtime.createTicket },
  media: { requestUpload: media.requestUpload, getMedia: media.getMedia, getMediaUrl: media.getMediaUrl },
  search: { searchMessages: search.searchMessages },
  users: {
    getMe: users.getMe,
    updateMe: users.updateMe,
    getUser: users.getUser,
    updateUser: users.updateUser,
    listUsers: users.listUsers,
    blockUser: users.blockUser,
    unblockUser: users.unblockUser,
    listBlocked: users.listBlocked,
  },
  tenant: {
    getTenantSettings: tenant.getTenantSettings,
    updateTenantSettings: tenant.updateTenantSettings,
    listTenantSettingsHistory: tenant.listTenantSettingsHistory,
  },
  imports: { startImport: imports.startImport, getImport: imports.getImport, importBatch: imports.importBatch },
} as const satisfies Record<string, Record<string, Route>>;

export type Service = keyof typeof api;

/** Every operation with its service and name, in declaration order. */
export const everyRoute = (): { service: Service; name: string; route: Route }[] =>
  (Object.keys(api) as Service[]).flatMap((service) =>
    Object.entries<Route>(api[service]).map(([name, route]) => ({ service, name, route })),
  );
