import type * as z from 'zod';
import type { TenantSettings } from '#contract/tenant.ts';
import type { StoredSettings } from '#table/tenant-settings.ts';

/** Settings as the API shows them, and their version as an entity tag. */
export const shown = ({ rules, version, at, by }: StoredSettings): z.input<typeof TenantSettings> => ({
  ...rules,
  version,
  updatedAt: at === undefined ? null : new Date(at).toISOString(),
  updatedBy: by ?? null,
});
