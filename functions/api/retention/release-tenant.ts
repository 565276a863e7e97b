import type { releaseTenant } from '#contract/retention.ts';
import type { Handle } from '#runtime/service.ts';
import { liftHold } from './hold.ts';

export const handleReleaseTenant: Handle<typeof releaseTenant> = (_, request) => liftHold(undefined, request);
