import { mark } from '#changing/mark.ts';
import { markDelivered, markRead } from '#contract/receipts.ts';
import { likeHttps } from './like-https.ts';

/** Moves the caller's read marker. */
export const read = likeHttps('read', markRead, (input, request) => mark('read', input, request));

/** A device's acknowledgement of what has arrived on it. */
export const delivered = likeHttps('delivered', markDelivered, (input, request) => mark('delivered', input, request));
