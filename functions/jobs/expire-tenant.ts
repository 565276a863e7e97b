import { log } from '#runtime/log.ts';
import { archiveConversation } from '#table/archive.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { expireConversation } from '#table/expiry.ts';
import { listRegistered } from '#table/retention-registry.ts';
import { addToReport, endReport, leaveRun, type Run, takeRun } from '#table/retention-run.ts';
import { findSettings } from '#table/tenant-settings.ts';

/** Conversations read at a time, and entries of one that go, or parts that it gets, in one run at most: the rest goes in the next. */
const [PAGE, MOST, PARTS] = [50, 20_000, 10];

const DAY_MS = 86_400_000;

/** How one call goes about it. Times in milliseconds. */
export interface Pace {
  readonly now: () => number;
  /** When it has to stop. */
  readonly until: number;
  readonly dryRun: boolean;
}

/**
 * Removes what a tenant keeps no longer, and moves what is old to the archive, conversation by conversation, as far as time allows, and reports it. A call goes on
 * where the last one stopped; a conversation that was begun and not finished is begun again, which does no harm.
 */
export async function expireTenant(
  tenant: TenantKey,
  { now, until, dryRun }: Pace,
): Promise<'done' | 'more' | 'not_due'> {
  const at = now();
  let run: Run | undefined = dryRun ? { startedAt: at, leaseUntil: 0 } : await takeRun(tenant, at, until + 60_000);
  if (!run) return 'not_due';
  const { retention } = (await findSettings(tenant)).rules;
  for (;;) {
    const { conversationIds, more } = await listRegistered(tenant, { after: run.after, limit: PAGE });
    for (const conversationId of conversationIds) {
      if (now() >= until) {
        if (!dryRun) await leaveRun(tenant, run);
        return 'more';
      }
      const expired = await expireConversation(tenant, conversationId, { retention, at: now(), most: MOST, dryRun });
      if (!dryRun) {
        const at = now();
        const { archiveAfterDays: days } = retention;
        const since = days === null ? 0 : at - days * DAY_MS;
        const archived = await archiveConversation(tenant, conversationId, { since, at, most: PARTS });
        if (archived > 0) log.info('archive.wrote', { tenant: tenantIdOf(tenant), conversationId, messages: archived });
      }
      await addToReport(tenant, { startedAt: run.startedAt, dryRun }, conversationId, expired);
      run = { ...run, after: conversationId };
    }
    if (!more) break;
  }
  await endReport(tenant, run.startedAt, now());
  if (!dryRun) await leaveRun(tenant, { ...run, ended: true });
  return 'done';
}
