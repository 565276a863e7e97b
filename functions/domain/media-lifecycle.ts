import type * as z from 'zod';
import type { MediaState } from '#contract/media.ts';
import type { TenantRules } from '#contract/tenant.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The shortest time (ms) for which a media that nothing shows is kept. */
export const LEAST_GRACE_MS = DAY_MS;

/** How long (ms) what came to nothing is kept: to be told of, and, of malware, to be looked at. */
const REJECTED_MS = DAY_MS;
const QUARANTINED_MS = 30 * DAY_MS;

/** A media as far as it decides over its end. */
export interface Ending {
  readonly state: z.output<typeof MediaState>;
  readonly refs?: number | undefined;
  readonly orphanSince?: number | undefined;
  readonly createdAt: number;
}

/** How long (ms) a media of a tenant is kept that nothing shows: never shorter than a deleted message may be brought back. */
export const graceOf = ({ restoreHours }: Pick<TenantRules['changing'], 'restoreHours'>): number =>
  Math.max(LEAST_GRACE_MS, restoreHours * HOUR_MS);

/**
 * From when on (ms) a media is to go; null while something shows it, or while its upload has not ended: its own time comes by
 * itself.
 */
export function goesAt({ state, refs = 0, orphanSince, createdAt }: Ending, grace: number): number | null {
  if (refs > 0) return null;
  const since = orphanSince ?? createdAt + LEAST_GRACE_MS;
  switch (state) {
    case 'ready':
      return since + grace;
    case 'quarantined':
      return since + QUARANTINED_MS;
    case 'rejected':
    case 'expired':
      return since + REJECTED_MS;
    default:
      return null;
  }
}
