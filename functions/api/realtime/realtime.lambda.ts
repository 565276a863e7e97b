import { realtimeApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleCreateTicket } from './create-ticket.ts';

export const handler = service(realtimeApi, { createTicket: handleCreateTicket });
