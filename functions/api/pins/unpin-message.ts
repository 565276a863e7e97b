import type { unpinMessage } from '#contract/pins.ts';
import type { Handle } from '#runtime/service.ts';
import { setPin } from './set-pin.ts';

export const handleUnpinMessage: Handle<typeof unpinMessage> = ({ messageId }, request) =>
  setPin(messageId, 'unpin', request);
