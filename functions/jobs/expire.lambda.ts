import { log } from '#runtime/log.ts';
import { tenantIdOf } from '#table/entity.ts';
import { expiringTenants } from '#table/retention-registry.ts';
import { expireTenant } from './expire-tenant.ts';

/** Milliseconds of a call: below its time-out by more than one conversation takes. */
const CALL_MS = 240_000;

/** Started by the clock. Whoever starts it by hand with `{"dryRun": true}` gets a report and nothing is removed. */
export const handler = async (event: { readonly dryRun?: unknown } = {}): Promise<void> => {
  const dryRun = event.dryRun === true;
  const until = Date.now() + CALL_MS;
  const tenants = await expiringTenants();
  // Somebody else first each time, so that a tenant with much to remove does not keep the others waiting for ever.
  const first = Math.floor(Math.random() * tenants.length);
  for (const tenant of [...tenants.slice(first), ...tenants.slice(0, first)]) {
    if (Date.now() >= until) break;
    try {
      const outcome = await expireTenant(tenant, { now: Date.now, until, dryRun });
      log.info('retention.ran', { tenant: tenantIdOf(tenant), outcome, dryRun });
    } catch (error) {
      // One tenant's trouble is not the others'.
      log.error('retention.failed', error, { tenant: tenantIdOf(tenant) });
    }
  }
};
