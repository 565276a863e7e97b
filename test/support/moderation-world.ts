import { partsOfMessageId, reportedMessageId } from '#contract/ids.ts';
import { AuditEntity } from '#table/audit.ts';
import type { Item, TenantKey } from '#table/entity.ts';
import { MessageEntity } from '#table/message.ts';
import { CaseEntity, ReportEntity, SnapshotEntity } from '#table/report.ts';
import { QueuedEntity } from '#table/report-queue.ts';
import { REPORT_ID } from './example-ids.ts';

/** What the examples of moderation find: an entry of the audit trail, and a message that was reported and claimed. */
export function moderationItems(tenant: TenantKey, at: number): Item[] {
  const id = 'aud_AZqYt2a0cK6fPpQ1mWk3Zg';
  const messageId = reportedMessageId(REPORT_ID);
  const body = { type: 'text', text: 'Buy looms.' } as const;
  const instant = new Date(at).toISOString();
  return [
    CaseEntity.toItem(tenant, REPORT_ID, {
      id: REPORT_ID,
      senderId: 'cleo',
      reports: 1,
      firstAt: at,
      lastAt: at,
      queuedAt: at,
      claim: { by: 'ada', until: Date.UTC(2100, 0) },
    }),
    ReportEntity.toItem(
      tenant,
      { reportId: REPORT_ID, userId: 'bob' },
      { userId: 'bob', reason: 'spam', version: 1, at },
    ),
    SnapshotEntity.toItem(
      tenant,
      { reportId: REPORT_ID, version: 1 },
      { snapshot: { version: 1, senderId: 'cleo', body, attachments: [], createdAt: instant, editedAt: null } },
    ),
    QueuedEntity.toItem(tenant, { queue: 'unresolved', id: REPORT_ID, at }, { id: REPORT_ID }),
    MessageEntity.toItem(tenant, partsOfMessageId(messageId), { u: 'cleo', b: body, a: at, v: 1 }),
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
