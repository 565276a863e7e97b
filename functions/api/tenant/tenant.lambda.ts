import { tenantApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleGetTenantSettings } from './get-tenant-settings.ts';
import { handleListTenantSettingsHistory } from './list-tenant-settings-history.ts';
import { handleUpdateTenantSettings } from './update-tenant-settings.ts';

export const handler = service(tenantApi, {
  getTenantSettings: handleGetTenantSettings,
  updateTenantSettings: handleUpdateTenantSettings,
  listTenantSettingsHistory: handleListTenantSettingsHistory,
});
