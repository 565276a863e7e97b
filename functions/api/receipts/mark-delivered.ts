import { mark } from '#changing/mark.ts';
import type { markDelivered } from '#contract/receipts.ts';
import type { Handle } from '#runtime/service.ts';

export const handleMarkDelivered: Handle<typeof markDelivered> = (input, request) => mark('delivered', input, request);
