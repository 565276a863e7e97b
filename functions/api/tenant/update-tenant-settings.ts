import type { updateTenantSettings } from '#contract/tenant.ts';
import { Refusal } from '#domain/refusal.ts';
import { changedRules, mediaShownBy, mediaToShow } from '#domain/tenant-settings.ts';
import type { Handle } from '#runtime/service.ts';
import { expectedVersion } from '#runtime/version.ts';
import { exchangeParts, KEPT } from '#table/media-kept.ts';
import { findSendable } from '#table/media-link.ts';
import { noteExpiring } from '#table/retention-registry.ts';
import { findSettings, type StoredSettings, storeSettings } from '#table/tenant-settings.ts';
import { answered, shown as shownSettings } from './show-settings.ts';

/** Tries of a change whose pictures are being sent about meanwhile. */
const ROUNDS = 8;

const conflict = (current: StoredSettings): Refusal =>
  new Refusal('tenant.version_conflict', { current: shownSettings(current) });

/** Changes the settings, if nobody else did meanwhile. A change that changes nothing stores nothing. */
export const handleUpdateTenantSettings: Handle<typeof updateTenantSettings> = async (
  { version: given, ...change },
  { caller, at, ifMatch },
) => {
  const version = expectedVersion(given, ifMatch);
  const current = await findSettings(caller.tenant);
  if (current.version !== version) throw conflict(current);
  const after = changedRules(current.rules, change);
  if (JSON.stringify(after) === JSON.stringify(current.rules)) return answered(current);
  const shown = mediaToShow(current.rules, after);
  for (const mediaId of shown)
    if (!(await findSendable(caller.tenant, mediaId, caller.userId)))
      throw new Refusal('tenant.emoji_unusable', { mediaId });
  if (Object.values(after.retention).some((days) => days !== null)) await noteExpiring(caller.tenant);
  const pictures = {
    before: mediaShownBy(current.rules).map(KEPT.asEmoji),
    after: mediaShownBy(after).map(KEPT.asEmoji),
  };
  for (let round = 1; round <= ROUNDS; round++) {
    const parts = await exchangeParts(caller.tenant, pictures, at);
    const change = { version, before: current.rules, after, by: caller.userId, at, parts };
    const stored = await storeSettings(caller.tenant, change);
    if (typeof stored !== 'string') return answered(stored);
    if (stored === 'stale') throw conflict(await findSettings(caller.tenant));
  }
  throw new Refusal('service.contended');
};
