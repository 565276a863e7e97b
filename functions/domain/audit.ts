import type { AuditAction, AuditFields, AuditTarget } from '#contract/audit.ts';

/** What somebody with power over others did: an entry of the audit trail before it is written. */
export interface Audit {
  /** `aud_` and 22 characters; the same id and time again is the same entry. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Null: the service itself, by a rule that somebody set. */
  readonly actorId: string | null;
  readonly action: AuditAction;
  readonly target: AuditTarget;
  readonly before: AuditFields | null;
  readonly after: AuditFields | null;
  readonly reason: string | null;
  readonly requestId: string | null;
}
