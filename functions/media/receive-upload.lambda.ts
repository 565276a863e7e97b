import { lead } from './lead.ts';
import { onArrival } from './on-arrival.ts';
import { outside } from './outside.ts';

/** Binds an upload to the object that came first under its key; then it waits for the verdict on that object. */
export const handler = onArrival((arrival) => lead(arrival, {}, outside));
