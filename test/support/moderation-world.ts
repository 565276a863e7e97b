import { AuditEntity } from '#table/audit.ts';
import type { Item, TenantKey } from '#table/entity.ts';

/** What the examples of moderation find: an entry of the audit trail. */
export function moderationItems(tenant: TenantKey, at: number): Item[] {
  const id = 'aud_AZqYt2a0cK6fPpQ1mWk3Zg';
  return [
    AuditEntity.toItem(
      tenant,
      { at, id },
      {
        id,
        at,
        actorId: 'ada',
        action: 'report.resolved',
        target: { kind: 'report', id: 'rep_AZqYt2a0cK6fPpQ1mWk3Zg_1' },
        before: { state: 'claimed' },
        after: { state: 'resolved', outcome: 'dismissed' },
        reason: 'Not spam.',
        requestId: 'request-1',
      },
    ),
  ];
}
