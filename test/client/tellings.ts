import * as fc from 'fast-check';
import type { Event, Message, MyConversation } from '#client/contract.ts';
import { reduce } from '#client/reducer.ts';
import { EMPTY, type Room, type State } from '#client/state.ts';

export const CNV = `cnv_${'a'.repeat(22)}`;
/** When the event of a number happened. */
export const at = (seq: number) => new Date(Date.parse('2026-11-21T09:00:00.000Z') + seq * 1_000).toISOString();
export const idOf = (seq: number): string => `msg_${CNV.slice(4)}_${seq}`;

export const messageAt = (seq: number, senderId: string): Message => ({
  ...{ id: idOf(seq), conversationId: CNV, seq, senderId, clientId: null, body: { type: 'text', text: `${seq}` } },
  ...{ attachments: [], mentions: null, replyTo: null, forwardedFrom: null, createdAt: at(seq), sentAt: null },
  ...{ version: 1, editedAt: null, pinned: false, reactions: [], reactionsSeq: 0, thread: null },
});

export const LINE: MyConversation = {
  ...{ id: CNV, type: 'group', name: null, createdBy: 'ada', createdAt: at(0), seq: 0, lastActivityAt: at(0) },
  ...{ lastMessage: null, myRole: 'member', archivedAt: null, unreadCount: 0, mentionCount: 0 },
  settings: {
    muted: false,
    mutedUntil: null,
    archived: false,
    pinned: false,
    hidden: false,
    markedUnread: false,
    notify: 'all',
  },
};
const SETTINGS: Room['details']['conversationSettings'] = {
  ...{ avatarId: null, theme: null, notifications: 'all', slowModeSeconds: 0, history: 'all', retentionDays: null },
  thresholds: { send: 'member', add: 'admin', invite: 'admin', pin: 'admin', edit: 'admin' },
};
const ROOM: Room = {
  details: { description: null, metadata: {}, conversationSettings: SETTINGS, version: 1 },
  participants: ['ada', 'bob', 'cleo'].map((userId) => ({
    userId,
    role: 'member',
    joinedAt: at(0),
    addedBy: 'ada',
    readSeq: 0,
    deliveredSeq: 0,
  })),
  ...{ messages: [], older: null, pins: { version: 0, items: [] }, threads: {}, typing: {}, receipts: null },
};
/** A conversation of three in which nothing happened yet. */
export const START: State = { ...EMPTY, me: 'ada', conversations: { [CNV]: LINE }, rooms: { [CNV]: ROOM } };

const USERS = ['ada', 'bob', 'cleo'] as const;
const KINDS = [
  'say',
  'say',
  'edit',
  'delete',
  'restore',
  'react',
  'unreact',
  'pin',
  'unpin',
  'move',
  'role',
  'rename',
  'settings',
  'reply',
] as const;
export const doing = fc.record({
  kind: fc.constantFrom(...KINDS),
  which: fc.nat(7),
  who: fc.constantFrom(...USERS),
  emoji: fc.constantFrom('👍', '🎉', '🙂'),
});
type Doing = { kind: (typeof KINDS)[number]; which: number; who: string; emoji: string };

/** What happens in a conversation, as it would be told, each after the state before it; what makes no sense then is left out. */
export function tellings(doings: readonly Doing[]): { events: Event[]; states: State[] } {
  const events: Event[] = [];
  const states = [START];
  // What deletions hide, and restorations bring back.
  const hidden = new Map<number, Pick<Message, 'body' | 'reactions' | 'reactionsSeq'>>();
  let seq = 0;
  const tell = (event: Event): void => {
    events.push(event);
    states.push(reduce(states.at(-1)!, event));
  };
  for (const { kind, which, who, emoji } of doings) {
    const room = states.at(-1)!.rooms[CNV]!;
    const target = room.messages[which % Math.max(1, room.messages.length)];
    const gone = target?.body.type === 'deleted';
    const place = { conversationId: CNV, seq: seq + 1 };
    const changed = (body: Message['body'], more = {}) => ({
      ...{ ...place, messageId: target!.id },
      patch: {
        body,
        attachments: [],
        mentions: null,
        replyTo: null,
        forwardedFrom: null,
        version: target!.version + 1,
        editedAt: at(seq),
        ...more,
      },
    });
    const reacted = (type: 'reaction:added' | 'reaction:removed'): void => {
      const users = target!.reactions.find((one) => one.emoji === emoji)?.users ?? [];
      const after = type === 'reaction:added' ? [...users, who] : users.filter((user) => user !== who);
      if (after.length === users.length || users.includes(who) === (type === 'reaction:added')) return;
      tell({
        type,
        ...place,
        messageId: target!.id,
        userId: who,
        reactions: [{ emoji, count: after.length, users: after }],
      });
    };
    const before = events.length;
    if (kind === 'say') tell({ type: 'message:created', ...place, message: messageAt(seq + 1, who) });
    else if (kind === 'role') {
      const message = {
        ...messageAt(seq + 1, who),
        body: { type: 'system' as const, kind: 'role_changed' as const, userIds: [who] },
      };
      tell({
        type: 'participant:updated',
        ...place,
        participants: [{ userId: who, role: which % 2 ? 'admin' : 'member' }],
        message,
      });
    } else if (kind === 'rename')
      tell({
        type: 'conversation:updated',
        ...place,
        patch: { name: `name ${which}`, description: `${which}`, version: room.details.version + 1 },
      });
    else if (kind === 'settings')
      tell({
        type: 'settings:updated',
        ...place,
        patch: { slowModeSeconds: which, version: room.details.version + 1 },
      });
    else if (!target || target.body.type === 'system') continue;
    else if (kind === 'edit' && !gone)
      tell({ type: 'message:updated', ...changed({ type: 'text', text: `edited ${seq}` }) });
    else if (kind === 'delete' && !gone) {
      hidden.set(target.seq, target);
      tell({ type: 'message:deleted', ...changed({ type: 'deleted' }) });
    } else if (kind === 'restore' && gone) {
      const { body, reactions, reactionsSeq } = hidden.get(target.seq)!;
      tell({ type: 'message:updated', ...changed(body, { reactions, reactionsSeq }) });
    } else if (kind === 'react' && !gone) reacted('reaction:added');
    else if (kind === 'unreact' && !gone) reacted('reaction:removed');
    else if (kind === 'pin' && !gone && !target.pinned)
      tell({ type: 'pin:added', ...place, messageId: target.id, pinnedBy: who, pinnedAt: at(seq) });
    else if (kind === 'unpin' && target.pinned) tell({ type: 'pin:removed', ...place, messageId: target.id });
    else if (kind === 'move' && target.pinned) tell({ type: 'pin:moved', ...place, messageIds: [target.id] });
    else if (kind === 'reply' && target.thread?.depth !== 1) {
      const thread = { rootId: target.id, parentId: target.id, depth: 1, summary: null };
      tell({ type: 'message:created', ...place, message: { ...messageAt(seq + 1, who), thread } });
      const replies = (target.thread?.summary?.replyCount ?? 0) + 1;
      const summary = {
        replyCount: replies,
        participantCount: 1,
        participants: [who],
        lastReplyId: idOf(seq + 1),
        lastReplyAt: at(seq),
        version: replies,
      };
      tell({ type: replies === 1 ? 'thread:created' : 'thread:updated', ...place, rootId: target.id, summary });
    }
    seq += events.length > before ? 1 : 0;
  }
  return { events, states };
}
