import type { pinMessage } from '#contract/pins.ts';
import type { Handle } from '#runtime/service.ts';
import { setPin } from './set-pin.ts';

export const handlePinMessage: Handle<typeof pinMessage> = ({ messageId }, request) =>
  setPin(messageId, 'pin', request);
