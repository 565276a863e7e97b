import type { getTenantSettings } from '#contract/tenant.ts';
import type { Handle } from '#runtime/service.ts';
import { findSettings } from '#table/tenant-settings.ts';
import { shown } from './show-settings.ts';

export const handleGetTenantSettings: Handle<typeof getTenantSettings> = async (_input, { caller }) => ({
  body: shown(await findSettings(caller.tenant)),
});
