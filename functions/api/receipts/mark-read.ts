import { mark } from '#changing/mark.ts';
import type { markRead } from '#contract/receipts.ts';
import type { Handle } from '#runtime/service.ts';

export const handleMarkRead: Handle<typeof markRead> = (input, request) => mark('read', input, request);
