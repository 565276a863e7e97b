import type { holdTenant } from '#contract/retention.ts';
import type { Handle } from '#runtime/service.ts';
import { placeHold } from './hold.ts';

export const handleHoldTenant: Handle<typeof holdTenant> = ({ reason }, request) =>
  placeHold(undefined, reason, request);
