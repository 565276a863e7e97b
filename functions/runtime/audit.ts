import type { AuditAction, AuditFields, AuditTarget } from '#contract/audit.ts';
import type { Audit } from '#domain/audit.ts';
import { mintClientId } from './operation-id.ts';
import type { Request } from './service.ts';

/** What a caller did, as far as the request does not say it. */
export interface Deed {
  readonly action: AuditAction;
  readonly target: AuditTarget;
  readonly before?: AuditFields;
  readonly after?: AuditFields;
  readonly reason?: string | undefined;
}

/** The audit entry of what the caller of a request does at `at` (milliseconds), with an id of its own. */
export const auditOf = (
  { caller, requestId }: Pick<Request, 'caller' | 'requestId'>,
  { action, target, before, after, reason }: Deed,
  at = Date.now(),
): Audit => ({
  id: `aud_${mintClientId()}`,
  at,
  actorId: caller.userId,
  action,
  target,
  before: before ?? null,
  after: after ?? null,
  reason: reason ?? null,
  requestId,
});
