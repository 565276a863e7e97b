import type { getHealth } from '#contract/health.ts';
import { env } from '#runtime/env.ts';
import type { Handle } from '#runtime/service.ts';

export const handleGetHealth: Handle<typeof getHealth> = async () => ({
  body: { status: 'ok', version: env('version') },
});
