import type * as z from 'zod';
import type { TenantSettings } from '#contract/tenant.ts';
import type { Answer } from '#runtime/service.ts';
import type { StoredSettings } from '#table/tenant-settings.ts';

/** Settings as the API shows them. */
export const shown = ({ rules, version, at, by }: StoredSettings): z.input<typeof TenantSettings> => ({
  ...rules,
  version,
  updatedAt: at === undefined ? null : new Date(at).toISOString(),
  updatedBy: by ?? null,
});

/** Settings as an answer: their version is their entity tag too. */
export const answered = (settings: StoredSettings): Answer<z.input<typeof TenantSettings>> => ({
  body: shown(settings),
  headers: { etag: `"${settings.version}"` },
});
