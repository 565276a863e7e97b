import { isDeepStrictEqual } from 'node:util';
import type { Room, State } from '#client/state.ts';
import { Violation, type Written } from '../history.ts';

/** A log as it is in the end. */
interface Entries {
  readonly conversationId: string;
  readonly entries: readonly { readonly item: Readonly<Record<string, unknown>> }[];
}

interface Showing {
  readonly userId: string;
  readonly who: { readonly name: string };
  readonly state: State;
  readonly lost: (stored: ReadonlySet<string>) => readonly Written[];
}

/**
 * What of a conversation events tell for certain. Read marks of others are told once and may be missed until the next reading; the
 * preview of a message that was never stored is withdrawn without an event.
 */
const certain = ({ participants, pins, details }: Room, { conversations }: State, id: string) => ({
  line: conversations[id] && { seq: conversations[id].seq, myRole: conversations[id].myRole },
  roles: Object.fromEntries(participants.map(({ userId, role }) => [userId, role])),
  pins: pins.items.map(({ message }) => message.id),
  details,
});

/** I4: a device that has been there all the time shows what one shows that has only come. */
export function sameShown(device: Showing, fresh: Showing, conversations: readonly string[]): void {
  const fail = (id: string, what: string): never => {
    throw new Violation('I4 events end in what a snapshot shows', `${device.who.name} ${id}: ${what}`);
  };
  if (device.state.connection.phase !== 'online') fail('', `it is ${device.state.connection.phase}`);
  for (const id of conversations) {
    const [old, now] = [device.state.rooms[id], fresh.state.rooms[id]];
    if (!old || !now) {
      if (old || now) fail(id, old ? 'it is open there, and gone' : 'it is not open there');
      continue;
    }
    const messages = new Map(old.messages.map((message) => [message.seq, message]));
    for (const message of now.messages) {
      const shown = messages.get(message.seq);
      const oldest = old.messages[0]?.seq ?? 0;
      if (!shown && message.seq >= oldest) fail(id, `message ${message.seq} is missing`);
      if (shown && !isDeepStrictEqual(shown, message))
        fail(id, `message ${message.seq} is ${JSON.stringify(shown)} and should be ${JSON.stringify(message)}`);
    }
    const oldestNow = now.messages[0]?.seq ?? 0;
    const extra = old.messages.find(({ seq }) => seq >= oldestNow && !now.messages.some((other) => other.seq === seq));
    if (extra) fail(id, `message ${extra.seq} is shown and is not there`);
    const numbers = old.messages.map(({ seq }) => seq);
    if (numbers.some((seq, at) => at > 0 && seq <= numbers[at - 1]!)) fail(id, `messages lie in the order ${numbers}`);
    const [told, read] = [certain(old, device.state, id), certain(now, fresh.state, id)];
    if (!isDeepStrictEqual(told, read)) fail(id, `${JSON.stringify(told)} and should be ${JSON.stringify(read)}`);
  }
  if (device.state.outbox.some(({ state }) => state === 'pending')) fail('', 'something still waits to be sent');
}

type Fields = Readonly<Record<string, unknown>>;

/** The text of a body, now or before a change. */
const textIn = (body: unknown): string => String((body as Fields | undefined)?.['text']);

const WENT: readonly unknown[] = ['participants_removed', 'participant_left', 'participant_banned'];

/**
 * I1: what was written is stored, or the device that it was written on says that it was not. Whoever left, or was removed, has
 * nothing more to send there.
 */
export function nothingForgotten(device: Showing, rooms: readonly Entries[]): void {
  const stored = new Set(
    rooms.flatMap(({ entries }) =>
      entries.flatMap(({ item }) => [
        String(item['c']),
        textIn(item['b']),
        textIn((item['d'] as Fields | undefined)?.['before']),
      ]),
    ),
  );
  const left = new Set(
    rooms
      .filter(({ entries }) =>
        entries.some(({ item }) => {
          const body = (item['b'] ?? {}) as Fields;
          return WENT.includes(body['kind']) && (body['userIds'] as string[]).includes(device.userId);
        }),
      )
      .map(({ conversationId }) => conversationId),
  );
  const lost = device.lost(stored).find(({ conversationId }) => !left.has(conversationId));
  if (lost) throw new Violation('I1 what is written is stored or refused', `${device.who.name}: ${lost.text}`);
}
