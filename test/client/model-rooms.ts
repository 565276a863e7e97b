import { timeOfId } from '#client/clock.ts';
import type { Draft, Event, Message, MyConversation, Operations } from '#client/contract.ts';
import { Refused } from './refused.ts';

export interface Room {
  readonly id: string;
  /** From number 1 on: the event of each number, null for a void. */
  readonly log: (Event | null)[];
  readonly messages: Map<number, Message>;
  readonly members: Map<string, { delivered: number; read: number }>;
  readonly sent: Map<string, number>;
  /** When something happened last: counted over all rooms. */
  movedAt: number;
}

const CREATED_AT = '2026-11-21T08:00:00.000Z';
const SETTINGS = {
  muted: false,
  mutedUntil: null,
  archived: false,
  pinned: false,
  hidden: false,
  markedUnread: false,
  notify: 'all',
} as const;

/** Conversations as a model: right by construction. */
export class ModelRooms {
  readonly rooms = new Map<string, Room>();
  /** What was begun to be written, by user and conversation. */
  readonly drafts = new Map<string, Draft>();
  readonly #now: () => number;
  /** Tells users of an event. */
  readonly #tell: (userIds: readonly string[], event: Event) => void;
  readonly #joins = new Map<string, number>();
  #moves = 0;

  constructor(now: () => number, tell: (userIds: readonly string[], event: Event) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  room(id: string, userIds: readonly string[]): Room {
    const members = new Map(userIds.map((userId) => [userId, { delivered: 0, read: 0 }]));
    const room: Room = { id, log: [], messages: new Map(), members, sent: new Map(), movedAt: ++this.#moves };
    this.rooms.set(id, room);
    for (const userId of userIds) this.#joins.set(userId, (this.#joins.get(userId) ?? 0) + 1);
    return room;
  }

  leave(room: Room, userId: string): void {
    const told = [...room.members.keys()];
    room.members.delete(userId);
    this.#joins.set(userId, (this.#joins.get(userId) ?? 0) + 1);
    const message = this.#message(room, userId, null, { type: 'system', kind: 'participant_left', userIds: [userId] });
    this.#append(
      room,
      { type: 'participant:removed', conversationId: room.id, seq: message.seq, userIds: [userId], message },
      told,
    );
  }

  hole(room: Room): void {
    room.log.push(null);
    room.movedAt = ++this.#moves;
  }

  /** Stores a message, once for each client id. */
  send(room: Room, userId: string, clientId: string | null, text: string): { message: Message; replayed: boolean } {
    const known = clientId === null ? undefined : room.sent.get(`${userId} ${clientId}`);
    if (known !== undefined) {
      const message = room.messages.get(known)!;
      this.#tell([...room.members.keys()], room.log[known - 1]!);
      return { message, replayed: true };
    }
    const message = this.#message(room, userId, clientId, { type: 'text', text });
    if (clientId !== null) room.sent.set(`${userId} ${clientId}`, message.seq);
    this.#append(room, { type: 'message:created', conversationId: room.id, seq: message.seq, message });
    return { message, replayed: false };
  }

  react(room: Room, userId: string, messageId: string, count: number): void {
    const target = [...room.messages.values()].find(({ id }) => id === messageId)!;
    const reaction = { emoji: '👍', count, users: count > 0 ? [userId] : [] };
    const seq = room.log.length + 1;
    room.messages.set(target.seq, { ...target, reactions: count > 0 ? [reaction] : [], reactionsSeq: seq });
    const type = count > 0 ? 'reaction:added' : 'reaction:removed';

    this.#append(room, { type, conversationId: room.id, seq, messageId, userId, reactions: [reaction] });
  }

  unread(room: Room, userId: string): number {
    const read = room.members.get(userId)?.read ?? 0;
    let count = 0;
    for (let seq = room.log.length; seq > read; seq--) {
      const message = room.messages.get(seq);
      if (message?.body.type !== 'text') continue;
      if (message.senderId === userId) break;
      count += 1;
    }
    return count;
  }

  #message(room: Room, senderId: string, clientId: string | null, body: Message['body']): Message {
    const seq = room.log.length + 1;
    const message: Message = {
      ...{ id: `msg_${room.id.slice(4)}_${seq}`, conversationId: room.id, seq, senderId, clientId, body },
      ...{ attachments: [], mentions: null, replyTo: null, forwardedFrom: null },
      ...{ createdAt: new Date(this.#now()).toISOString(), sentAt: null, version: 1, editedAt: null },
      ...{ pinned: false, reactions: [], reactionsSeq: 0, thread: null },
    };
    room.messages.set(seq, message);
    return message;
  }

  #append(room: Room, event: Event, told = [...room.members.keys()]): void {
    room.log.push(event);
    room.movedAt = ++this.#moves;
    this.#tell(told, event);
  }

  since(userId: string, since: string | undefined) {
    const [moved = -1, joined] = since?.split('.').map(Number) ?? [];
    const joins = this.#joins.get(userId) ?? 0;
    const mine = [...this.rooms.values()].filter(({ members }) => members.has(userId));
    return {
      changed: mine
        .filter(({ movedAt }) => movedAt > moved)
        .map((room) => ({ conversationId: room.id, seq: room.log.length })),
      ids: mine.map(({ id }) => id),
      cursor: `${this.#moves}.${joins}`,
      same: since === undefined || joined === joins,
    };
  }

  #line(room: Room, userId: string): MyConversation {
    const last = [...room.messages.values()].filter(({ body }) => body.type !== 'system').at(-1);
    const text = last?.body.type === 'text' ? last.body.text : '';
    return {
      ...{ id: room.id, type: 'group', name: null, createdBy: 'ada', createdAt: CREATED_AT, seq: room.log.length },
      ...{ lastActivityAt: CREATED_AT, myRole: 'member', archivedAt: null },
      lastMessage: last ? { seq: last.seq, senderId: last.senderId, type: last.body.type, text } : null,
      ...{ unreadCount: this.unread(room, userId), mentionCount: 0, settings: SETTINGS },
    };
  }

  /** Carries out an operation as a user. Raises `Refused`. */
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of all operations
  operate(userId: string, operation: keyof Operations, input: any): { body: unknown; replayed: boolean } {
    const done = (body: unknown, replayed = false) => ({ body, replayed });
    const serverTime = new Date(this.#now()).toISOString();
    if (operation === 'createTicket')
      return done({ ticket: 't', url: `ws://model/?ticket=${userId}`, expiresAt: serverTime, serverTime });
    if (operation === 'getMe') return done({ id: userId });
    if (operation === 'getSync') {
      const { changed, ids, cursor, same } = this.since(userId, input.since);
      return done({ changed, conversationIds: same ? null : ids, cursor, serverTime });
    }
    if (operation === 'listConversations') {
      const mine = [...this.rooms.values()].filter(({ members }) => members.has(userId));
      return done({ items: mine.map((room) => this.#line(room, userId)), nextCursor: null });
    }
    const id = input.conversationId ?? `cnv_${String(input.messageId).slice(4, 26)}`;
    const room = this.rooms.get(id);
    const member = room?.members.get(userId);
    if (!room || !member) throw new Refused(404, 'conversation.not_found');
    const line = this.#line(room, userId);
    switch (operation) {
      case 'getConversation':
        return done(line);
      case 'getSettings':
        return done({ ...line, description: null, metadata: {}, conversationSettings: {}, version: 1 });
      case 'listMessages': {
        const before = Number(input.cursor ?? Number.POSITIVE_INFINITY);
        const older = [...room.messages.values()].filter(({ seq }) => seq < before).reverse();
        const items = older.slice(0, Number(input.limit ?? 50));
        return done({
          items,
          nextCursor: older.length > items.length ? String(items.at(-1)!.seq) : null,
          previousCursor: null,
        });
      }
      case 'listParticipants': {
        const items = [...room.members].map(([one, { read }]) => ({
          userId: one,
          role: 'member',
          joinedAt: CREATED_AT,
          addedBy: 'ada',
          readSeq: read,
          deliveredSeq: read,
        }));
        return done({ items, nextCursor: null });
      }
      case 'listPins':
        return done({ version: 0, items: [] });
      case 'getDraft':
        return done(
          this.drafts.get(`${userId} ${room.id}`) ?? {
            ...{ conversationId: room.id, threadId: null, version: 0, updatedAt: null, content: null },
          },
        );
      case 'listEvents': {
        const after = Number(input.after);
        const missed = room.log.slice(after, after + Number(input.limit));
        const seq = after + missed.length;
        return done({
          events: missed.filter((event) => event !== null),
          seq,
          more: seq < room.log.length,
          reset: false,
        });
      }
      case 'sendMessage': {
        if (timeOfId(input.clientId) > this.#now() + 1_000)
          throw new Refused(400, 'message.client_id_ahead', { serverTime: new Date(this.#now()).toISOString() });
        if (input.body.text === 'forbidden') throw new Refused(403, 'message.forbidden');
        const { message, replayed } = this.send(room, userId, input.clientId, input.body.text);
        return done(message, replayed);
      }
      case 'markRead':
        if (input.seq > room.log.length) throw new Refused(400, 'watermark.beyond_head');
        if (input.seq > member.read) {
          member.read = input.seq;
          this.#tell([...room.members.keys()], { type: 'read', conversationId: id, userId, upTo: input.seq });
        }
        return done({
          conversationId: id,
          readSeq: member.read,
          deliveredSeq: member.read,
          unreadCount: this.unread(room, userId),
          mentionCount: 0,
        });
      case 'markDelivered':
        member.delivered = Math.max(member.delivered, input.seq);
        return done({
          conversationId: id,
          readSeq: member.read,
          deliveredSeq: input.seq,
          unreadCount: 0,
          mentionCount: 0,
        });
      default:
        throw new Refused(404, 'route.not_found');
    }
  }
}
