import * as z from 'zod';
import { Instant, UserId } from './ids.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';

/** What the audit trail tells of, `noun.verb`. A name never changes its meaning; what is written is kept for ever. */
export const AUDIT_ACTIONS = [
  'report.claimed',
  'report.released',
  'report.resolved',
  'message.deleted',
  'participant.banned',
  'user.logged_out',
  'hold.placed',
  'hold.lifted',
  'conversation.purged',
  'conversation.removed',
  'media.removed',
  'media.quarantine_listed',
  'webhook.created',
  'webhook.updated',
  'webhook.secret_rotated',
  'webhook.deleted',
  'webhook.disabled',
] as const;
export const AuditAction = z.enum(AUDIT_ACTIONS);
export type AuditAction = z.output<typeof AuditAction>;

/** What was acted on. `id` is what the API calls it by. */
export const AuditTarget = z.strictObject({
  kind: z.enum(['tenant', 'user', 'conversation', 'message', 'report', 'webhook', 'media']),
  id: z.string().min(1).max(128),
});
export type AuditTarget = z.output<typeof AuditTarget>;

/** Fields of the target that the action changed; never the text of a message. */
export const AuditFields = z.record(
  z.string().max(64),
  z.union([z.string().max(1_000), z.number(), z.boolean(), z.null(), z.array(z.string().max(128)).max(100)]),
);
export type AuditFields = z.output<typeof AuditFields>;

/** One thing that was done by whoever has power over others: who, what, to what, what was and what is. It is never changed. */
export const AuditEntry = z
  .strictObject({
    id: z
      .string()
      .regex(/^aud_[A-Za-z0-9_-]{22}$/)
      .meta({ example: 'aud_AZqYt2a0cK6fPpQ1mWk3Zg' }),
    at: Instant,
    /** Null: the service itself, by a rule that somebody set. */
    actorId: UserId.nullable(),
    action: AuditAction,
    target: AuditTarget,
    before: AuditFields.nullable(),
    after: AuditFields.nullable(),
    reason: z.string().nullable(),
    /** The request by which it was done, as its answer named it. */
    requestId: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.output<typeof AuditEntry>;

export const listAudit = route({
  method: 'GET',
  path: '/audit',
  summary:
    'List what admins, moderators and the service did, newest first; a filtered page may hold fewer than asked for',
  permission: 'audit:read',
  uses: ['table:query', 'signing-key:read'],
  input: z.strictObject({
    limit: Limit,
    cursor: Cursor.optional(),
    action: AuditAction.optional(),
    actorId: UserId.optional(),
    /** The id of what was acted on. */
    targetId: z.string().min(1).max(128).optional(),
  }),
  output: page(AuditEntry),
  refuses: ['request.cursor_invalid'],
  status: 200,
});
