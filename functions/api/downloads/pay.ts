import type { TenantRules } from '#contract/tenant.ts';
import { type Budget, bandwidthExceeded, type Charge, chargeOf, quotaOf } from '#domain/bandwidth.ts';
import type { Quota, TooOften } from '#domain/rate-limit.ts';
import type { Caller } from '#runtime/caller.ts';
import { type AccountId, accountAt, giveBack, spendBytes } from '#table/bandwidth.ts';

/** What was paid for downloads of `bytes`, so that it can be given back; or why it may not be. */
export interface Paid {
  readonly refusal?: TooOften;
  /** What is left of the user's budget. */
  readonly quota?: Quota | undefined;
}

const budgetsOf = ({ downloads }: TenantRules): { readonly user: Budget; readonly tenant: Budget } => ({
  user: { bytesPerDay: downloads.userBytesPerDay, bytesPerMinute: downloads.userBytesPerMinute },
  tenant: { bytesPerDay: downloads.tenantBytesPerDay, bytesPerMinute: downloads.tenantBytesPerMinute },
});

/** Charges of a user and of their tenant for the same bytes. The user's own is spared where nothing limits it. */
function chargesOf({ userId }: Caller, rules: TenantRules, bytes: number, at: number) {
  const { user, tenant } = budgetsOf(rules);
  const ofTenant = { whose: 'tenant', budget: tenant, id: accountAt(at), charge: chargeOf(tenant, bytes, at) } as const;
  if (user.bytesPerDay === null && user.bytesPerMinute === null) return [ofTenant];
  return [
    { whose: 'user', budget: user, id: accountAt(at, userId), charge: chargeOf(user, bytes, at) } as const,
    ofTenant,
  ];
}

/**
 * Charges a user and their tenant for `downloads` addresses of `bytes` together: both or neither. The user comes first, who is refused
 * more often; should this die in between, a user has paid for nothing, and never the other way round.
 */
export async function pay(
  caller: Caller,
  rules: TenantRules,
  bytes: number,
  downloads: number,
  at: number,
): Promise<Paid> {
  const made: { readonly id: AccountId; readonly charge: Charge }[] = [];
  let quota: Quota | undefined;
  for (const { whose, budget, id, charge } of chargesOf(caller, rules, bytes, at)) {
    const { ok, account } = await spendBytes(caller.tenant, id, charge, downloads);
    if (!ok) {
      for (const { id: paid, charge: taken } of made) await giveBack(caller.tenant, paid, taken, downloads);
      return { refusal: bandwidthExceeded(whose, budget, account, charge, at) };
    }
    if (whose === 'user') quota = quotaOf(budget, account, at);
    made.push({ id, charge });
  }
  return { quota };
}

/** Gives back what was paid for one address that somebody else noted first. */
export async function unpay(caller: Caller, rules: TenantRules, bytes: number, at: number): Promise<void> {
  for (const { id, charge } of chargesOf(caller, rules, bytes, at)) await giveBack(caller.tenant, id, charge, 1);
}
