import type * as z from 'zod';
import type { api } from '#contract/api.ts';
import { claimsOf, signToken } from './invitation-token.ts';

type Inputs = {
  readonly [S in keyof typeof api]: {
    readonly [N in keyof (typeof api)[S]]: (typeof api)[S][N] extends { readonly input: infer I extends z.ZodType }
      ? z.input<I>
      : never;
  };
};

export const CONVERSATION_ID = 'cnv_AZqYt2a0cK6fPpQ1mWk3Zg';
/** A conversation that is archived. */
export const ARCHIVED_ID = 'cnv_AZqYt2a0cK6fPpQ1mWkArQ';
export const MESSAGE_ID = 'msg_AZqYt2a0cK6fPpQ1mWk3Zg_1';
/** A message of ada's, and one that she has deleted. */
export const OWN_MESSAGE_ID = 'msg_AZqYt2a0cK6fPpQ1mWk3Zg_2';
export const DELETED_MESSAGE_ID = 'msg_AZqYt2a0cK6fPpQ1mWk3Zg_3';
/** A reply of ada's to bob's message. */
export const REPLY_ID = 'msg_AZqYt2a0cK6fPpQ1mWk3Zg_6';
/** A channel of bob's: ada is in it, and was offered its ownership. */
export const CHANNEL_ID = 'cnv_AZqYt2a0cK6fPpQ1mWk3Zw';
export const MEDIA_ID = 'med_AZqYt2a0cK6fPpQ1mWk3Zg';
/** A media of ada's that is being uploaded in parts. */
export const UPLOAD_ID = 'med_AZqYt2a0cK6fPpQ1mWkUpg';
/** A message of ada's that is scheduled. */
export const SCHEDULED_ID = 'sch_AZqYt2a0cK6fPpQ1mWk3Zg';
export const DEVICE_ID = 'dev_AZqYt2a0cK6fPpQ1mWk3Zg';
export const IMPORT_ID = 'imp_AZqYt2a0cK6fPpQ1mWk3Zg';

/** A group of bob's, to which ada is invited by a link and directly, and an invitation of ada's to the first. */
export const INVITING_ID = 'cnv_AZqYt2a0cK6fPpQ1mWkInQ';
const TOKEN_OF_INVITATION = 'AZqYt2a0cK6fPpQ1mWk3Zg';
export const INVITATION_ID = `inv_${CONVERSATION_ID.slice(4)}_${TOKEN_OF_INVITATION}`;
export const LINK_ID = `inv_${INVITING_ID.slice(4)}_${TOKEN_OF_INVITATION}`;
export const DIRECT_INVITATION_ID = `inv_${INVITING_ID.slice(4)}_AZqYt2a0cK6fPpQ1mWkDiQ`;
/** A token is good in one tenant only. */
export const linkTokenIn = (tenantId: string): string => signToken(claimsOf(tenantId, INVITING_ID, LINK_ID));

/** A message of bob's in his group, which somebody reported and ada has claimed. */
export const REPORT_ID = `rep_${INVITING_ID.slice(4)}_1`;

/** A webhook of ada's tenant, and something that it was told. */
export const WEBHOOK_ID = 'whk_AZqYt2a0cK6fPpQ1mWk3Zg';
export const DELIVERY_ID = 'dlv_001795253400000_AZqYt2a0cK6fPpQ1mWk3Zg';

/** One valid input an operation. Typed by the contract: an operation without an example does not compile. */
export const EXAMPLES: Inputs = {
  health: { getHealth: {}, getReadiness: {} },
  conversations: {
    createConversation: { type: 'group', name: 'Engines', participants: ['bob'] },
    getConversation: { conversationId: CONVERSATION_ID },
    listConversations: { limit: 10 },
    addParticipants: { conversationId: CONVERSATION_ID, userIds: ['cleo'] },
    listParticipants: { conversationId: CONVERSATION_ID },
  },
  participants: {
    removeParticipant: { conversationId: CONVERSATION_ID, userId: 'bob' },
    removeParticipants: { conversationId: CONVERSATION_ID, userIds: 'bob,cleo' },
    leaveConversation: { conversationId: CHANNEL_ID },
    joinConversation: { conversationId: CHANNEL_ID },
    changeRole: { conversationId: CONVERSATION_ID, userId: 'dora', role: 'member' },
    banParticipant: { conversationId: CONVERSATION_ID, userId: 'bob', reason: 'Spam.' },
    unbanParticipant: { conversationId: CONVERSATION_ID, userId: 'mallory' },
    listBans: { conversationId: CONVERSATION_ID },
    offerOwnership: { conversationId: CONVERSATION_ID, userId: 'bob', stepDown: true },
    withdrawOwnership: { conversationId: CHANNEL_ID, userId: 'ada' },
    acceptOwnership: { conversationId: CHANNEL_ID },
  },
  settings: {
    updateConversation: {
      conversationId: CONVERSATION_ID,
      version: 2,
      description: 'Looms and engines.',
      metadata: { project: 'analytical' },
    },
    archiveConversation: { conversationId: CONVERSATION_ID },
    restoreConversation: { conversationId: ARCHIVED_ID },
    getSettings: { conversationId: CONVERSATION_ID },
    updateSettings: { conversationId: CONVERSATION_ID, version: 2, thresholds: { send: 'admin' }, slowModeSeconds: 30 },
    listSettingsHistory: { conversationId: CONVERSATION_ID, limit: 10 },
    revertSettings: { conversationId: CONVERSATION_ID, version: 1 },
    purgeConversation: { conversationId: CONVERSATION_ID, confirm: CONVERSATION_ID },
  },
  messages: {
    sendMessage: {
      conversationId: CONVERSATION_ID,
      clientId: 'AZqYt2a0cK6fPpQ1mWk3Zg',
      body: { type: 'text', text: 'The engine weaves algebraic patterns.' },
    },
    getMessage: { messageId: MESSAGE_ID },
    listMessages: { conversationId: CONVERSATION_ID, order: 'oldest' },
    editMessage: {
      messageId: OWN_MESSAGE_ID,
      conversationId: CONVERSATION_ID,
      version: 1,
      body: { type: 'text', text: 'It weaves them as the loom does.' },
    },
    deleteMessage: { messageId: OWN_MESSAGE_ID, conversationId: CONVERSATION_ID },
    restoreMessage: { messageId: DELETED_MESSAGE_ID },
    listVersions: { messageId: MESSAGE_ID },
    forwardMessage: { messageId: MESSAGE_ID, targets: [{ conversationId: CHANNEL_ID }] },
  },
  receipts: {
    markRead: { conversationId: CONVERSATION_ID, seq: 1 },
    markDelivered: { conversationId: CONVERSATION_ID, seq: 1 },
    listReceipts: { messageId: MESSAGE_ID },
    getUnread: { muted: 'false' },
    updateMySettings: { conversationId: CONVERSATION_ID, muted: true, mutedUntil: '2027-01-01T00:00:00.000Z' },
    hideMessage: { messageId: OWN_MESSAGE_ID },
  },
  reactions: {
    addReaction: { messageId: MESSAGE_ID, emoji: '👍' },
    removeReaction: { messageId: MESSAGE_ID, emoji: '🎉' },
    removeReactions: { messageId: MESSAGE_ID },
    listReactions: { messageId: MESSAGE_ID, emoji: '🎉' },
  },
  threads: {
    replyToMessage: {
      messageId: MESSAGE_ID,
      clientId: 'AZqYt2a0cK6fPpQ1mWk3Zg',
      body: { type: 'text', text: 'And a good morning to you.' },
    },
    listReplies: { messageId: MESSAGE_ID, view: 'tree', limit: 10 },
    getThread: { messageId: REPLY_ID },
    listThreadParticipants: { messageId: MESSAGE_ID },
    subscribeToThread: { messageId: MESSAGE_ID, state: 'following' },
    markThreadRead: { messageId: MESSAGE_ID, upTo: 6 },
    listThreads: { limit: 10 },
  },
  pins: {
    pinMessage: { messageId: OWN_MESSAGE_ID },
    unpinMessage: { messageId: MESSAGE_ID },
    listPins: { conversationId: CONVERSATION_ID },
    orderPins: { conversationId: CONVERSATION_ID, version: 1, messageIds: [MESSAGE_ID] },
  },
  mine: {
    setBookmark: { messageId: MESSAGE_ID, note: 'To be answered.' },
    removeBookmark: { messageId: OWN_MESSAGE_ID },
    dropBookmark: { bookmarkId: OWN_MESSAGE_ID },
    listBookmarks: { limit: 10 },
    putDraft: { conversationId: CONVERSATION_ID, version: 1, body: { type: 'text', text: 'The engine wea' } },
    getDraft: { conversationId: CONVERSATION_ID },
    deleteDraft: { conversationId: CONVERSATION_ID },
    listDrafts: { limit: 10 },
  },
  scheduled: {
    scheduleMessage: {
      conversationId: CONVERSATION_ID,
      clientId: 'AZqYt2a0cK6fPpQ1mWk3Zw',
      sendAt: new Date(Date.now() + 3_600_000).toISOString(),
      body: { type: 'text', text: 'Good night.' },
    },
    listScheduled: { limit: 10 },
    updateScheduled: { scheduledId: SCHEDULED_ID, version: 1, body: { type: 'text', text: 'Good evening.' } },
    cancelScheduled: { scheduledId: SCHEDULED_ID },
    sendScheduledNow: { scheduledId: SCHEDULED_ID },
  },
  sync: {
    getSync: {},
    listEvents: { conversationId: CONVERSATION_ID, after: 0, limit: 10 },
  },
  realtime: { createTicket: { deviceId: DEVICE_ID, deviceName: 'Ada’s phone', platform: 'ios' } },
  devices: {
    listDevices: {},
    removeDevice: { deviceId: DEVICE_ID },
    logout: {},
    logoutUser: { userId: 'bob', reason: 'Lost a phone.' },
  },
  media: {
    requestUpload: { fileName: 'engine.jpg', contentType: 'image/jpeg', bytes: 120_000 },
    getUpload: { mediaId: UPLOAD_ID },
    addUploadParts: {
      mediaId: UPLOAD_ID,
      parts: [{ part: 1, sha256: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' }],
    },
    completeUpload: { mediaId: MEDIA_ID },
    cancelUpload: { mediaId: UPLOAD_ID },
    getMyUsage: {},
    getTenantUsage: {},
    getMedia: { mediaId: MEDIA_ID },
  },
  library: {
    listConversationMedia: { conversationId: CONVERSATION_ID, type: 'image', limit: 10 },
    removeMedia: { mediaId: MEDIA_ID },
    listQuarantined: { limit: 10 },
    listCleanupReports: { limit: 10 },
    reconcileMedia: { dryRun: true },
  },
  downloads: {
    getMediaUrl: { mediaId: MEDIA_ID, rendition: 'thumbnail' },
    getMediaUrls: { mediaIds: [MEDIA_ID] },
    listDownloads: { mediaId: MEDIA_ID, limit: 10 },
    listTenantDownloads: { from: '2026-11-01', to: '2026-11-30' },
  },
  search: { searchMessages: { q: '"analytical engine"' } },
  users: {
    getMe: {},
    updateMe: { version: 1, displayName: 'Ada Lovelace', custom: { pronouns: 'she' } },
    getUser: { userId: 'ada' },
    updateUser: { userId: 'ada', version: 1, displayName: null },
    listUsers: { prefix: 'a', limit: 10 },
    blockUser: { userId: 'bob' },
    unblockUser: { userId: 'bob' },
    listBlocked: { limit: 10 },
    getPresence: { userIds: 'bob,cleo' },
  },
  retention: {
    holdConversation: { conversationId: CONVERSATION_ID, reason: 'Case 12/1843.' },
    releaseConversation: { conversationId: ARCHIVED_ID },
    holdTenant: { reason: 'An audit of the books.' },
    releaseTenant: {},
    listRetentionReports: { limit: 10 },
  },
  webhooks: {
    createWebhook: { url: 'https://hooks.example.com/parley', events: ['notification.due'], description: 'Push.' },
    listWebhooks: {},
    getWebhook: { webhookId: WEBHOOK_ID },
    updateWebhook: { webhookId: WEBHOOK_ID, version: 1, events: ['message.created', 'notification.due'] },
    rotateSecret: { webhookId: WEBHOOK_ID, version: 1, overlapHours: 48 },
    deleteWebhook: { webhookId: WEBHOOK_ID },
    testWebhook: { webhookId: WEBHOOK_ID },
    listDeliveries: { webhookId: WEBHOOK_ID, limit: 10 },
    redeliver: { webhookId: WEBHOOK_ID, deliveryId: DELIVERY_ID },
    replayWebhook: { webhookId: WEBHOOK_ID, since: '2026-11-21T08:00:00.000Z' },
  },
  tenant: {
    getTenantSettings: {},
    updateTenantSettings: { version: 2, limits: { messagesPerMinute: 120 } },
    listTenantSettingsHistory: { limit: 10 },
  },
  invitations: {
    createInvitation: {
      kind: 'link',
      conversationId: CONVERSATION_ID,
      role: 'member',
      expiresIn: 86_400,
      maxUses: 10,
      userIds: ['cleo'],
    },
    listInvitations: { conversationId: CONVERSATION_ID, limit: 10 },
    revokeInvitation: { conversationId: CONVERSATION_ID, invitationId: INVITATION_ID },
    listUses: { conversationId: CONVERSATION_ID, invitationId: INVITATION_ID },
    previewInvitation: { token: linkTokenIn('acme') },
    redeemInvitation: { token: linkTokenIn('acme') },
    listReceived: { limit: 10 },
    acceptInvitation: { invitationId: DIRECT_INVITATION_ID },
    declineInvitation: { invitationId: DIRECT_INVITATION_ID },
    getInvitationKeys: {},
  },
  moderation: {
    reportMessage: { messageId: MESSAGE_ID, reason: 'spam', note: 'The same in every channel.' },
    listReports: { state: 'claimed', limit: 10 },
    getReport: { reportId: REPORT_ID },
    claimReport: { reportId: REPORT_ID },
    releaseReport: { reportId: REPORT_ID },
    resolveReport: { reportId: REPORT_ID, outcome: 'both', note: 'Spam.' },
    listAudit: { action: 'report.resolved', limit: 10 },
  },
  imports: {
    startImport: {
      importId: IMPORT_ID,
      conversation: { type: 'group', name: 'Brought in', participants: ['bob'] },
    },
    getImport: { importId: IMPORT_ID },
    importBatch: {
      importId: IMPORT_ID,
      batch: 0,
      messages: [{ senderId: 'bob', text: 'Hello from before.', sentAt: '2018-03-01T08:00:00.000Z' }],
    },
  },
};
