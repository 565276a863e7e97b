import type { Event, Message, MessageBody, MyConversation } from '../contract.ts';
import { partsOfMessageId } from '../ids.ts';
import type { Room } from '../state.ts';
import { placeOf } from './room.ts';

/** Bytes of a text that lines of the list show. */
const PREVIEW_BYTES = 96;

const words = (body: MessageBody): string => {
  if (body.type === 'location') return body.label ?? '';
  if (body.type === 'contact') return body.name;
  if (body.type === 'file') return body.caption ?? body.name ?? '';
  if (body.type === 'text' || body.type === 'custom') return body.text ?? '';
  return 'caption' in body ? (body.caption ?? '') : '';
};

/** What a line shows of a message: the beginning of its words, never half of a character. */
export function previewOf(seq: number, senderId: string, body: MessageBody): MyConversation['lastMessage'] {
  const text = words(body);
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(PREVIEW_BYTES));
  return { seq, senderId, type: body.type, text: text.slice(0, read) };
}

const mentions = ({ mentions: called }: Pick<Message, 'mentions'>, me: string): boolean =>
  called !== null && (called.all || called.userIds.includes(me));

const isSaid = ({ body }: Message): boolean => body.type !== 'system' && body.type !== 'deleted';

/** What a line is after an event; `unsure`: its counts, or its preview, are to be fetched. */
export interface LineAfter {
  readonly line: MyConversation;
  readonly unsure: boolean;
}

const sure = (line: MyConversation): LineAfter => ({ line, unsure: false });

const withCreated = (line: MyConversation, message: Message, me: string): MyConversation => {
  const { senderId, body, createdAt, seq } = message;
  if (body.type === 'system') return line;
  const lastActivityAt = createdAt;
  const lastMessage = previewOf(seq, senderId, body);
  if (senderId === me) return { ...line, lastActivityAt, lastMessage, unreadCount: 0, mentionCount: 0 };
  const counts = isSaid(message) ? 1 : 0;
  return {
    ...line,
    lastActivityAt,
    lastMessage,
    unreadCount: line.unreadCount + counts,
    mentionCount: line.mentionCount + (counts && mentions(message, me) ? 1 : 0),
  };
};

/** After an edit, a deletion or a restoration. Whether it was unread is known where it is held and nothing is unread. */
const withChanged = (
  line: MyConversation,
  event: Extract<Event, { readonly type: 'message:updated' | 'message:deleted' }>,
  held: Message | undefined,
  me: string,
): LineAfter => {
  const { seq } = partsOfMessageId(event.messageId);
  const { lastMessage } = line;
  const { body } = event.patch;
  const last = lastMessage?.seq === seq;
  const next = last ? { ...line, lastMessage: previewOf(seq, lastMessage.senderId, body) } : line;
  if (held && held.version >= event.patch.version) return sure(next);
  const was = held ? held.body.type : last ? lastMessage.type : undefined;
  const mine = held ? held.senderId === me : last && lastMessage.senderId === me;
  if (mine) return sure(next);
  const wasThere = was !== undefined && was !== 'deleted';
  const called = held
    ? mentions(held, me) !== mentions(event.patch, me)
    : mentions(event.patch, me) || line.mentionCount > 0;
  const counted = line.unreadCount > 0;
  if (wasThere && body.type !== 'deleted') return { line: next, unsure: counted && called };
  // What is taken away may have been unread; what comes back may be unread again.
  return { line: next, unsure: counted || body.type !== 'deleted' };
};

/** After one's own reading up to a number, on whichever device. */
const withRead = (line: MyConversation, upTo: number, room: Room | undefined, me: string): LineAfter => {
  const read = {
    ...line,
    settings: line.settings.markedUnread ? { ...line.settings, markedUnread: false } : line.settings,
  };
  if (line.unreadCount === 0 && line.mentionCount === 0) return sure(read);
  if (upTo >= (line.lastMessage?.seq ?? line.seq)) return sure({ ...read, unreadCount: 0, mentionCount: 0 });
  const oldest = room?.messages[0]?.seq ?? Number.POSITIVE_INFINITY;
  // A number above all that is loaded would be counted as nothing.
  if (!room || room.messages.at(-1)?.seq !== line.lastMessage?.seq || (room.older !== null && oldest > upTo + 1))
    return { line: read, unsure: true };
  let [unreadCount, mentionCount] = [0, 0];
  for (let at = room.messages.length - 1; at >= 0; at--) {
    const message = room.messages[at]!;
    if (message.seq <= upTo || (message.senderId === me && message.body.type !== 'system')) break;
    if (!isSaid(message)) continue;
    unreadCount += 1;
    if (mentions(message, me)) mentionCount += 1;
  }
  // One may have read further already, and then this says nothing new.
  return sure({
    ...read,
    unreadCount: Math.min(unreadCount, line.unreadCount),
    mentionCount: Math.min(mentionCount, line.mentionCount),
  });
};

/** Events of a log that change more of a line than its number. */
const TOUCHING: ReadonlySet<Event['type']> = new Set([
  'message:created',
  'message:updated',
  'message:deleted',
  'participant:updated',
  'conversation:updated',
]);

/** A line of the list after an event; `room` is the open conversation as it was before. Numbers that it knows change nothing. */
export function lineAfter(line: MyConversation, event: Event, room: Room | undefined, me: string): LineAfter {
  // Of two things that one set at once the first may be told last.
  if (event.type === 'conversation:updated' && event.settings)
    return { line: { ...line, settings: event.settings }, unsure: true };
  if (event.type === 'read') return event.userId === me ? withRead(line, event.upTo, room, me) : sure(line);
  if (event.type === 'message:hidden') {
    const last = line.lastMessage?.seq === partsOfMessageId(event.messageId).seq;
    return { line, unsure: last || line.unreadCount > 0 };
  }
  if (!('seq' in event) || event.seq === undefined) return sure(line);
  // Who takes a number writes what it holds a moment later: a line that knows the number may not have known the rest.
  if (event.seq <= line.seq) return { line, unsure: TOUCHING.has(event.type) };
  const known: MyConversation = { ...line, seq: event.seq };
  switch (event.type) {
    case 'message:created':
    case 'participant:added':
    case 'participant:removed':
      return sure(withCreated(known, event.message, me));
    case 'participant:updated': {
      const myRole = event.participants.find(({ userId }) => userId === me)?.role ?? known.myRole;
      return sure(withCreated({ ...known, myRole }, event.message, me));
    }
    case 'message:updated':
    case 'message:deleted': {
      const { seq } = partsOfMessageId(event.messageId);
      return withChanged(known, event, room?.messages[placeOf(room.messages, seq)], me);
    }
    case 'conversation:updated': {
      const { name = known.name, archivedAt = known.archivedAt } = event.patch ?? {};
      return sure({ ...known, name, archivedAt });
    }
    case 'settings:updated':
    case 'reaction:added':
    case 'reaction:removed':
    case 'pin:added':
    case 'pin:removed':
    case 'pin:moved':
      return sure(known);
    default:
      return sure(line);
  }
}
