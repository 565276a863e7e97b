import type { getReadiness } from '#contract/health.ts';
import { deployedParts, VITALS } from '#gateways/vitals.ts';
import type { Handle } from '#runtime/service.ts';
import { inspect } from './inspect.ts';

export const handleGetReadiness: Handle<typeof getReadiness> = async () => ({
  body: await inspect(deployedParts().map((part) => [part, VITALS[part]])),
});
