import type { Event, Message, Participant, Pin, Pins } from '../contract.ts';
import type { Need, Room } from '../state.ts';
import { put } from '../state.ts';
import { messageAfter, numberChangedBy } from './message.ts';

/** Puts a message in its place; one that is there stays, unless the other is of a later version. */
export function withMessage(messages: readonly Message[], message: Message): readonly Message[] {
  let at = messages.length;
  while (at > 0 && messages[at - 1]!.seq > message.seq) at--;
  const there = messages[at - 1];
  if (there?.seq !== message.seq) return [...messages.slice(0, at), message, ...messages.slice(at)];
  return there.version >= message.version ? messages : messages.with(at - 1, message);
}

/** The place of a message among others, which are in the order of their numbers; -1 when it is not there. */
export function placeOf(messages: readonly Message[], seq: number): number {
  let [low, high] = [0, messages.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = messages[middle]!.seq;
    if (found === seq) return middle;
    if (found < seq) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Messages after an event about one of them. */
export function messagesAfter(messages: readonly Message[], event: Event): readonly Message[] {
  const number = numberChangedBy(event);
  const at = number === undefined ? -1 : placeOf(messages, number);
  if (at < 0) return messages;
  const before = messages[at]!;
  const after = messageAfter(before, event);
  return after === before ? messages : messages.with(at, after);
}

const pinsAfter = (pins: Pins, event: Event, known: Message | undefined): Pins | 'unknown' => {
  switch (event.type) {
    case 'pin:added': {
      if (event.seq <= pins.version) return pins;
      const others = pins.items.filter(({ message }) => message.id !== event.messageId);
      if (!known) return 'unknown';
      const { pinnedBy, pinnedAt } = event;
      return { version: event.seq, items: [{ message: { ...known, pinned: true }, pinnedBy, pinnedAt }, ...others] };
    }
    case 'pin:removed':
      if (event.seq <= pins.version) return pins;
      return { version: event.seq, items: pins.items.filter(({ message }) => message.id !== event.messageId) };
    case 'pin:moved': {
      if (event.seq <= pins.version) return pins;
      const first = event.messageIds.flatMap((id) => pins.items.filter(({ message }) => message.id === id));
      return { version: event.seq, items: [...first, ...pins.items.filter((pin) => !first.includes(pin))] };
    }
    case 'message:deleted':
      // Whoever pinned it again after that is in these pins already.
      if (event.seq <= pins.version) return pins;
      return withoutPin(pins, event.messageId);
    case 'message:hidden':
      return withoutPin(pins, event.messageId);
    default:
      return pins;
  }
};

const withoutPin = (pins: Pins, messageId: string): Pins => {
  const items = pins.items.filter(({ message }) => message.id !== messageId);
  return items.length === pins.items.length ? pins : { ...pins, items };
};

const renewed = (pins: Pins, event: Event): Pins => {
  const number = numberChangedBy(event);
  if (number === undefined || !pins.items.some(({ message }) => message.seq === number)) return pins;
  const items = pins.items.map(
    (pin): Pin => (pin.message.seq === number ? { ...pin, message: messageAfter(pin.message, event) } : pin),
  );
  return { ...pins, items };
};

const moved = (
  participant: Participant,
  { type, upTo }: { readonly type: 'read' | 'delivered'; readonly upTo: number },
) => {
  const deliveredSeq = Math.max(participant.deliveredSeq, upTo);
  const readSeq = type === 'read' ? Math.max(participant.readSeq ?? 0, upTo) : participant.readSeq;
  if (deliveredSeq === participant.deliveredSeq && readSeq === participant.readSeq) return participant;
  return { ...participant, readSeq, deliveredSeq };
};

/** Participants after an event. Who came in is fetched. */
export function participantsAfter(participants: readonly Participant[], event: Event): readonly Participant[] {
  switch (event.type) {
    case 'read':
    case 'delivered': {
      const next = participants.map((one) => (one.userId === event.userId ? moved(one, event) : one));
      return next.every((one, index) => one === participants[index]) ? participants : next;
    }
    case 'participant:removed':
      return participants.filter(({ userId }) => !event.userIds.includes(userId));
    case 'participant:updated':
      return participants.map((one) => {
        const role = event.participants.find(({ userId }) => userId === one.userId)?.role;
        return role === undefined || role === one.role ? one : { ...one, role };
      });
    default:
      return participants;
  }
}

const detailsAfter = (room: Room, event: Event): Room['details'] => {
  const { details } = room;
  if (event.type === 'settings:updated') {
    const { version, name: _, description: __, metadata: ___, ...settings } = event.patch;
    if (version <= details.version) return details;
    return { ...details, version, conversationSettings: { ...details.conversationSettings, ...settings } };
  }
  if (event.type !== 'conversation:updated' || event.patch?.version === undefined) return details;
  const { version, description = details.description, metadata = details.metadata, ...rest } = event.patch;
  if (version <= details.version) return details;
  const { name: _, archivedAt: __, ...settings } = rest;
  return {
    description,
    metadata,
    version,
    conversationSettings: { ...details.conversationSettings, ...settings },
  };
};

const typingAfter = (typing: Room['typing'], event: Event): Room['typing'] => {
  if (event.type === 'typing') return put(typing, event.userId, event.active ? event.expiresAt : undefined);
  return event.type === 'message:created' ? put(typing, event.message.senderId, undefined) : typing;
};

/** The message that an event brings in. */
const broughtBy = (event: Event): Message | undefined =>
  event.type === 'message:created' ||
  event.type === 'participant:added' ||
  event.type === 'participant:removed' ||
  event.type === 'participant:updated'
    ? event.message
    : undefined;

/** An open conversation after one of its events, and what the event tells of without saying how it is. */
export function roomAfter(
  room: Room,
  event: Event & { readonly conversationId: string },
): { room: Room; needs: Need[] } {
  const needs: Need[] = [];
  const { conversationId } = event;
  const number = numberChangedBy(event);
  const known = number === undefined ? undefined : room.messages[placeOf(room.messages, number)];

  const brought = broughtBy(event);
  let messages = messagesAfter(room.messages, event);
  // What lies before the oldest that is here comes with its page.
  if (brought && (room.older === null || brought.seq > (messages[0]?.seq ?? 0)))
    messages = withMessage(messages, brought);
  if (event.type === 'message:hidden') messages = messages.filter(({ id }) => id !== event.messageId);

  let pins = pinsAfter(renewed(room.pins, event), event, known);
  if (pins === 'unknown') {
    pins = room.pins;
    needs.push({ of: 'pins', conversationId });
  }
  if (event.type === 'participant:added') needs.push({ of: 'participants', conversationId });
  let { threads, receipts } = room;
  if (event.type === 'thread:updated') {
    // Another reply, or one less: how many of them are unread is for the server to say; and of two things that one did at
    // once the first may be told last.
    if (event.rootId in threads) needs.push({ of: 'thread', conversationId, messageId: event.rootId });
    if (event.mine) threads = put(threads, event.rootId, event.mine);
  }
  if (event.type === 'receipts') {
    const { type: _, conversationId: __, ...counts } = event;
    receipts = counts;
  }
  const next: Room = {
    ...room,
    messages,
    pins,
    threads,
    receipts,
    details: detailsAfter(room, event),
    participants: participantsAfter(room.participants, event),
    typing: typingAfter(room.typing, event),
  };
  const same = (Object.keys(next) as (keyof Room)[]).every((key) => next[key] === room[key]);
  return { room: same ? room : next, needs };
}
