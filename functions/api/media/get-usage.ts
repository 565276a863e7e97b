import type { getMyUsage, getTenantUsage, MediaUsage } from '#contract/uploads.ts';
import { atHour, type Counter, emptyCounter, hourOf, type MediaLimits } from '#domain/media-quota.ts';
import { limitsOf } from '#domain/tenant-settings.ts';
import type { Handle } from '#runtime/service.ts';
import { findCounters } from '#table/media-quota.ts';
import { rulesOf } from '#table/tenant-settings.ts';

const shown = (counter: Counter | undefined, limits: MediaLimits, at: number): MediaUsage => {
  const { held, used, pending, day } = atHour(counter ?? emptyCounter(hourOf(at)), hourOf(at));
  return {
    used,
    reserved: held - used,
    limit: limits.bytes,
    lastDay: { bytes: day, limit: limits.bytesPerDay },
    pending: { uploads: pending, most: limits.pending },
  };
};

/** What the caller's media use. */
export const handleGetMyUsage: Handle<typeof getMyUsage> = async (_, { caller, at }) => {
  const [user] = await findCounters(caller.tenant, caller.userId);
  return { body: shown(user, limitsOf((await rulesOf(caller.tenant, at)).uploads).user, at) };
};

/** What all media of the tenant use. */
export const handleGetTenantUsage: Handle<typeof getTenantUsage> = async (_, { caller, at }) => {
  const [, tenant] = await findCounters(caller.tenant, caller.userId);
  return { body: shown(tenant, limitsOf((await rulesOf(caller.tenant, at)).uploads).tenant, at) };
};
