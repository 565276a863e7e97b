import { healthApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleGetHealth } from './get-health.ts';
import { handleGetReadiness } from './get-readiness.ts';

export const handler = service(healthApi, { getHealth: handleGetHealth, getReadiness: handleGetReadiness });
