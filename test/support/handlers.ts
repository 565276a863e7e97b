import { join } from 'node:path';
import type { Service } from '#contract/api.ts';
import { SERVICES } from '#contract/entries.ts';
import type { RestHandler } from './call.ts';

/** The Lambda handler that is deployed for a service. */
export const handlerOf = async (service: Service): Promise<RestHandler> => {
  const path = join(import.meta.dirname, '../..', SERVICES[service].file);
  return ((await import(/* @vite-ignore */ path)) as { handler: RestHandler }).handler;
};
