import type { markRead } from '#contract/receipts.ts';
import type { Handle } from '#runtime/service.ts';
import { mark } from './mark.ts';

export const handleMarkRead: Handle<typeof markRead> = (input, request) => mark('read', input, request);
