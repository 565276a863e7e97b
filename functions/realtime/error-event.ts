import { ERRORS } from '#contract/errors.ts';
import type { Event } from '#contract/events.ts';
import { TooOften } from '#domain/rate-limit.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Issue } from '#runtime/problem.ts';

type ErrorEvent = Extract<Event, { type: 'sync:error' }>;

/** Seconds after which what was only too much at once may be tried again. */
const AGAIN_SECONDS = 1;

/** What an error is told by: a refusal as its problem document over HTTPS, with what its headers would say; anything else without its text. */
export function errorEvent(id: string | null, error: unknown): ErrorEvent {
  const refusal = error instanceof Refusal ? error : new Refusal('service.failed');
  const [status, title] = ERRORS[refusal.code];
  const { issues = [], ...details } = refusal.details;
  return {
    ...{ type: 'sync:error', id, status, code: refusal.code, title },
    issues: [...(issues as readonly Issue[])],
    details: { ...details, ...waiting(refusal, status) },
  };
}

const waiting = (refusal: Refusal, status: number): Record<string, unknown> => {
  if (refusal instanceof TooOften) return { retryAfter: refusal.quota.retryAfterSeconds };
  return status === 503 ? { retryAfter: AGAIN_SECONDS } : {};
};
