import { settingsApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleArchiveConversation } from './archive-conversation.ts';
import { handleGetSettings } from './get-settings.ts';
import { handleListSettingsHistory } from './list-settings-history.ts';
import { handlePurgeConversation } from './purge-conversation.ts';
import { handleRestoreConversation } from './restore-conversation.ts';
import { handleRevertSettings } from './revert-settings.ts';
import { handleUpdateConversation } from './update-conversation.ts';
import { handleUpdateSettings } from './update-settings.ts';

export const handler = service(settingsApi, {
  updateConversation: handleUpdateConversation,
  archiveConversation: handleArchiveConversation,
  restoreConversation: handleRestoreConversation,
  getSettings: handleGetSettings,
  updateSettings: handleUpdateSettings,
  listSettingsHistory: handleListSettingsHistory,
  revertSettings: handleRevertSettings,
  purgeConversation: handlePurgeConversation,
});
