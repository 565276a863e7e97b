import { partsOfMessageId, reportIdOf } from '#contract/ids.ts';
import { REPORTS_AN_HOUR, type reportMessage } from '#contract/reports.ts';
import type { Output } from '#contract/route.ts';
import { TooOften } from '#domain/rate-limit.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { wholeOf } from '#table/archive-part.ts';
import { toMessage } from '#table/message.ts';
import { spend } from '#table/rate-bucket.ts';
import { findCase, type StoredReport, storeReport } from '#table/report.ts';
import { findVisible } from '#table/visible-message.ts';

const RATE = { limit: REPORTS_AN_HOUR, windowSeconds: 3_600, burst: REPORTS_AN_HOUR } as const;
const TRIES = 6;

const shown = (messageId: string, { reason, note, version, at }: StoredReport): Output<typeof reportMessage> => ({
  messageId,
  reason,
  note: note ?? null,
  version,
  reportedAt: new Date(at).toISOString(),
});

/** Reports a message as it is now, once for a user and message: also what was deleted since is answered as before. */
export const handleReport: Handle<typeof reportMessage> = async (
  { messageId, reason, note },
  { caller: { tenant, userId }, at },
) => {
  const message = partsOfMessageId(messageId);
  const reportId = reportIdOf(messageId);
  let counted = false;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const [{ found, own }, visible] = await Promise.all([
      findCase(tenant, reportId, userId),
      findVisible(tenant, message, userId, at),
    ]);
    if (own) return { body: shown(messageId, own), replayed: true };
    if (!visible) throw new Refusal('message.not_found');
    const [{ stored } = visible] = await wholeOf(tenant, [{ ...message, stored: visible.stored }]);
    if (stored.b.type === 'deleted') throw new Refusal('message.deleted');
    if (stored.b.type === 'system' || stored.u === userId) throw new Refusal('report.not_reportable');
    if (!counted) {
      const { ok, quota } = await spend(tenant, { userId, counted: 'reports' }, RATE, at);
      if (!ok) throw new TooOften('report.rate_limited', quota);
    }
    counted = true;
    const { senderId, body, attachments, version, createdAt, editedAt } = toMessage(
      message.conversationId,
      message.seq,
      stored,
    );
    const report = { userId, reason, ...(note ? { note } : {}), version, at };
    const snapshot = { senderId, body, attachments, version, createdAt, editedAt };
    if (await storeReport(tenant, reportId, found, report, snapshot)) return { body: shown(messageId, report) };
  }
  throw new Refusal('service.contended');
};
