import { libraryApi } from '#contract/media-api.ts';
import { service } from '#runtime/service.ts';
import { handleListCleanupReports } from './list-cleanup-reports.ts';
import { handleListConversationMedia } from './list-conversation-media.ts';
import { handleListQuarantined } from './list-quarantined.ts';
import { handleReconcileMedia } from './reconcile.ts';
import { handleRemoveMedia } from './remove-media.ts';

export const handler = service(libraryApi, {
  listConversationMedia: handleListConversationMedia,
  removeMedia: handleRemoveMedia,
  listQuarantined: handleListQuarantined,
  listCleanupReports: handleListCleanupReports,
  reconcileMedia: handleReconcileMedia,
});
