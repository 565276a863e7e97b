import type { Quota } from '#domain/rate-limit.ts';

/**
 * What is left of a rate as headers (draft-ietf-httpapi-ratelimit-headers-06), and when to come back where nothing is.
 */
export const rateLimitHeaders = (quota: Quota): Record<string, string> => ({
  'ratelimit-limit': String(quota.limit),
  'ratelimit-remaining': String(quota.remaining),
  'ratelimit-reset': String(quota.resetSeconds),
  'ratelimit-policy': `${quota.limit};w=${quota.windowSeconds};burst=${quota.burst}`,
  ...(quota.retryAfterSeconds > 0 ? { 'retry-after': String(quota.retryAfterSeconds) } : {}),
});
