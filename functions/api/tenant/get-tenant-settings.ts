import type { getTenantSettings } from '#contract/tenant.ts';
import type { Handle } from '#runtime/service.ts';
import { findSettings } from '#table/tenant-settings.ts';
import { answered } from './show-settings.ts';

export const handleGetTenantSettings: Handle<typeof getTenantSettings> = async (_input, { caller }) =>
  answered(await findSettings(caller.tenant));
