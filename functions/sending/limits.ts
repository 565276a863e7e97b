import type { MessageDraft } from '#contract/message-bodies.ts';
import { type Quota, TooOften } from '#domain/rate-limit.ts';
import type { Refusal } from '#domain/refusal.ts';
import { messageRateOf, refusalOfText, refusalOfType } from '#domain/tenant-settings.ts';
import type { Caller } from '#runtime/caller.ts';
import { spend } from '#table/rate-bucket.ts';
import { rulesOf } from '#table/tenant-settings.ts';

/** Why the tenant's limits forbid a send, and what is left of the sender's rate where it was looked at. */
export interface Limited {
  readonly refusal: Refusal | undefined;
  readonly quota: Quota | undefined;
}

/**
 * Counts a send against the limits of the sender's tenant. To be made beside the commit, as part of its permit: a send
 * that is refused stores nothing, and one that was stored before is answered whatever this says.
 */
export async function limitSend({ tenant, userId }: Caller, body: MessageDraft, at: number): Promise<Limited> {
  const rules = await rulesOf(tenant, at);
  const refused = refusalOfType(rules, body) ?? refusalOfText(rules, body);
  if (refused) return { refusal: refused, quota: undefined };
  const { ok, quota } = await spend(tenant, { userId, counted: 'messages' }, messageRateOf(rules), at);
  return { refusal: ok ? undefined : new TooOften('message.rate_limited', quota), quota };
}
