import { pinsApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleListPins } from './list-pins.ts';
import { handleOrderPins } from './order-pins.ts';
import { handlePinMessage } from './pin-message.ts';
import { handleUnpinMessage } from './unpin-message.ts';

export const handler = service(pinsApi, {
  pinMessage: handlePinMessage,
  unpinMessage: handleUnpinMessage,
  listPins: handleListPins,
  orderPins: handleOrderPins,
});
