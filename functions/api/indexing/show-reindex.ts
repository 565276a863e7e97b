import type * as z from 'zod';
import type { Reindex as Shown } from '#contract/search-admin.ts';
import { paceOf } from '#domain/search/reindex.ts';
import type { Reindex } from '#table/reindex.ts';

const instant = (at: number): string => new Date(at).toISOString();

/** A reindex as the API shows it. */
export function showReindex(run: Reindex): z.input<typeof Shown> {
  const { known, done, workedMs } = run;
  const pace = run.phase === 'write' ? paceOf({ known: known.messages, done: done.messages, workedMs }) : undefined;
  return {
    id: run.id,
    scope: run.scope,
    conversationId: run.conversationId ?? null,
    status: run.status,
    wanted: run.wanted ?? null,
    phase: run.phase,
    index: run.generation?.name ?? null,
    startedBy: run.by ?? null,
    startedAt: instant(run.startedAt),
    endedAt: run.endedAt === undefined ? null : instant(run.endedAt),
    conversations: { done: done.conversations, known: known.conversations },
    messages: { done: done.messages, known: known.messages },
    perSecond: pace ? Math.round(pace.perSecond * 10) / 10 : null,
    secondsLeft: pace?.secondsLeft ?? null,
    round: run.round,
    repaired: run.repaired,
    errors: run.errors,
    said: run.said,
  };
}
