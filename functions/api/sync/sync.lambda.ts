import { syncApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleGetSync } from './get-sync.ts';
import { handleListEvents } from './list-events.ts';

export const handler = service(syncApi, { getSync: handleGetSync, listEvents: handleListEvents });
