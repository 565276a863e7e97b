import { retentionApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleHoldConversation } from './hold-conversation.ts';
import { handleHoldTenant } from './hold-tenant.ts';
import { handleListRetentionReports } from './list-retention-reports.ts';
import { handleReleaseConversation } from './release-conversation.ts';
import { handleReleaseTenant } from './release-tenant.ts';

export const handler = service(retentionApi, {
  holdConversation: handleHoldConversation,
  releaseConversation: handleReleaseConversation,
  holdTenant: handleHoldTenant,
  releaseTenant: handleReleaseTenant,
  listRetentionReports: handleListRetentionReports,
});
