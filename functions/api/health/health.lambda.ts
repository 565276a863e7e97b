import { api } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleGetHealth } from './get-health.ts';
import { handleGetReadiness } from './get-readiness.ts';

export const handler = service(api.health, { getHealth: handleGetHealth, getReadiness: handleGetReadiness });
