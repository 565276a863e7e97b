import { partsOfMessageId } from '#contract/ids.ts';
import type { orderPins } from '#contract/pins.ts';
import { reordered } from '#domain/pins.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { expectedVersion } from '#runtime/version.ts';
import { findPins, heldOf } from '#table/pins.ts';
import { findRoom } from '#table/settings.ts';
import { changeOnce } from './change-pins.ts';
import { pinsFor } from './show-pins.ts';

/** Puts pins into another order. Pins that the caller does not see cannot be named, and keep their order. */
export const handleOrderPins: Handle<typeof orderPins> = async (
  { conversationId, version: said, messageIds },
  request,
) => {
  const { tenant, userId } = request.caller;
  const expected = expectedVersion(said, request.ifMatch);
  const room = await findRoom(tenant, conversationId, userId, request.at);
  if (!room) throw new Refusal('conversation.not_found');
  const order = messageIds.map((messageId) => partsOfMessageId(messageId).seq);
  const { replayed } = await changeOnce(
    {
      conversationId,
      room,
      asked: ['order', expected, order],
      decide: async () => {
        const known = await findPins(tenant, conversationId);
        const current = await pinsFor(conversationId, room, request, known);
        if (known.version !== expected) throw new Refusal('pin.version_conflict', { current });
        if (messageIds.some((messageId) => current.items.every(({ message }) => message.id !== messageId)))
          throw new Refusal('pin.not_found');
        const held = (await heldOf(tenant, conversationId, known.pins)).map(({ pin }) => pin);
        const pins = reordered(held, order);
        if (pins instanceof Refusal) throw pins;
        const what = { kind: 'pin_moved', order: pins.map(({ m }) => m) } as const;
        return { before: known.version, pins, what, after: known.version };
      },
    },
    request,
  );
  const body = await pinsFor(conversationId, room, request);
  return { body, headers: { etag: `"${body.version}"` }, replayed };
};
