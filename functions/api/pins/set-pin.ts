import { partsOfMessageId } from '#contract/ids.ts';
import type { Message } from '#contract/messages.ts';
import { MOST_PINS, pinned, unpinned } from '#domain/pins.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Answer, Request } from '#runtime/service.ts';
import type { TenantKey } from '#table/entity.ts';
import { findStoredMessage, type MessageKey, type StoredMessage, toMessage } from '#table/message.ts';
import { findPins, heldOf } from '#table/pins.ts';
import { findRoom } from '#table/settings.ts';
import { findVisible } from '#table/visible-message.ts';
import { changeOnce, type Outcome } from './change-pins.ts';

interface At {
  readonly seq: number;
  readonly at: number;
}

/** The message, now. Raises `message.not_found`: a purge took it. */
const look = async (tenant: TenantKey, message: MessageKey): Promise<StoredMessage> => {
  const stored = await findStoredMessage(tenant, message);
  if (!stored) throw new Refusal('message.not_found');
  if (stored.z) throw new Refusal('message.archived');
  return stored;
};

const pin = async (tenant: TenantKey, message: MessageKey, by: string, { seq, at }: At) => {
  // The pins first: a message that is pinned or deleted after they were read makes the change stale.
  const { version, pins } = await findPins(tenant, message.conversationId);
  const stored = await look(tenant, message);
  if (stored.b.type === 'deleted') throw new Refusal('message.deleted');
  if (stored.p !== undefined) return undefined;
  // Pins of deleted messages take nobody's place; they are looked for only when there is no room.
  const held =
    pins.length < MOST_PINS ? pins : (await heldOf(tenant, message.conversationId, pins)).map((one) => one.pin);
  const next = pinned(held, { m: message.seq, n: seq, u: by, a: at });
  if (next instanceof Refusal) throw next;
  return {
    before: version,
    pins: next,
    what: { kind: 'pin_added', message: message.seq },
    message: { seq: message.seq, version: stored.v, pin: seq, was: undefined },
    after: Math.max(version, stored.l?.at(-1) ?? 0),
  } satisfies Outcome;
};

const unpin = async (tenant: TenantKey, message: MessageKey) => {
  const { version, pins } = await findPins(tenant, message.conversationId);
  const stored = await look(tenant, message);
  if (stored.p === undefined) return undefined;
  return {
    before: version,
    pins: unpinned(pins, message.seq),
    what: { kind: 'pin_removed', message: message.seq },
    message: { seq: message.seq, version: stored.v, pin: undefined, was: stored.p },
    after: version,
  } satisfies Outcome;
};

/** Pins a message, or takes its pin away; what is as wished already takes no number. Raises `message.not_found`. */
export async function setPin(messageId: string, wanted: 'pin' | 'unpin', request: Request): Promise<Answer<Message>> {
  const { tenant, userId } = request.caller;
  const message = partsOfMessageId(messageId);
  const { conversationId, seq } = message;
  const [room, visible] = await Promise.all([
    findRoom(tenant, conversationId, userId, request.at),
    findVisible(tenant, message, userId, request.at),
  ]);
  if (!room || !visible) throw new Refusal('message.not_found');
  const { replayed } = await changeOnce(
    {
      conversationId,
      room,
      asked: [wanted, seq],
      decide: (at) => (wanted === 'pin' ? pin(tenant, message, userId, at) : unpin(tenant, message)),
    },
    request,
  );
  return { body: toMessage(conversationId, seq, await look(tenant, message)), replayed };
}
