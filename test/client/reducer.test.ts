import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event, Message, MyConversation } from '#client/contract.ts';
import { reduce } from '#client/reducer.ts';
import { EMPTY, type Room, type State } from '#client/state.ts';

const CNV = `cnv_${'a'.repeat(22)}`;
const at = (seq: number) => new Date(Date.parse('2026-11-21T09:00:00.000Z') + seq * 1_000).toISOString();
const idOf = (seq: number): string => `msg_${CNV.slice(4)}_${seq}`;

const messageAt = (seq: number, senderId: string): Message => ({
  ...{ id: idOf(seq), conversationId: CNV, seq, senderId, clientId: null, body: { type: 'text', text: `${seq}` } },
  ...{ attachments: [], mentions: null, replyTo: null, forwardedFrom: null, createdAt: at(seq), sentAt: null },
  ...{ version: 1, editedAt: null, pinned: false, reactions: [], reactionsSeq: 0, thread: null },
});

const LINE: MyConversation = {
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
const START: State = { ...EMPTY, me: 'ada', conversations: { [CNV]: LINE }, rooms: { [CNV]: ROOM } };

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
const doing = fc.record({
  kind: fc.constantFrom(...KINDS),
  which: fc.nat(7),
  who: fc.constantFrom(...USERS),
  emoji: fc.constantFrom('👍', '🎉', '🙂'),
});
type Doing = { kind: (typeof KINDS)[number]; which: number; who: string; emoji: string };

/** What happens in a conversation, as it would be told, each after the state before it; what makes no sense then is left out. */
function tellings(doings: readonly Doing[]): { events: Event[]; states: State[] } {
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

describe('the reducer', () => {
  it('ends in the same state when older events are applied to a newer snapshot, and then all later ones', () => {
    fc.assert(
      fc.property(fc.array(doing, { maxLength: 40 }), fc.nat(), fc.nat(), (doings, first, second) => {
        const { events, states } = tellings(doings);
        const [from, snapshot] = [first % (events.length + 1), second % (events.length + 1)].sort((a, b) => a - b) as [
          number,
          number,
        ];
        const ages = (state: State) => state.rooms[CNV]!.messages.flatMap((one) => [one.version, one.reactionsSeq]);
        let after = states[snapshot]!;
        for (const event of events.slice(from)) {
          const next = reduce(after, event);
          // Meanwhile nothing that is shown becomes older than it was.
          expect(ages(after).every((before, index) => ages(next)[index]! >= before)).toBe(true);
          after = next;
        }
        expect({ ...after, needs: {} }).toEqual({ ...states.at(-1)!, needs: {} });
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves what an event does not change as it is, and never changes what it was given', () => {
    fc.assert(
      fc.property(fc.array(doing, { maxLength: 30 }), (doings) => {
        const { events, states } = tellings(doings);
        const frozen = JSON.stringify(states);
        for (const [index, event] of events.entries()) {
          const [before, after] = [states[index]!, reduce(states[index]!, event)];
          const [old, now] = [before.rooms[CNV]!, after.rooms[CNV]!];
          const touched = old.messages.filter((message) => !now.messages.includes(message)).length;
          expect(touched).toBeLessThanOrEqual(1);
          if (event.type !== 'participant:updated') expect(now.participants).toBe(old.participants);
        }
        expect(JSON.stringify(states)).toBe(frozen);
      }),
      { numRuns: 200 },
    );
  });

  it('counts what is unread as by hand', () => {
    fc.assert(
      fc.property(fc.array(doing, { maxLength: 40 }), (doings) => {
        const { states } = tellings(doings.filter(({ kind }) => kind === 'say' || kind === 'react'));
        const { messages } = states.at(-1)!.rooms[CNV]!;
        const mine = messages.findLastIndex(({ senderId }) => senderId === 'ada');
        expect(states.at(-1)!.conversations[CNV]!.unreadCount).toBe(messages.length - 1 - mine);
      }),
    );
  });

  it('counts after a reading, and asks where it cannot know', () => {
    const told = [1, 2, 3, 4].map(
      (seq): Event => ({ type: 'message:created', conversationId: CNV, seq, message: messageAt(seq, 'bob') }),
    );
    const state = told.reduce(reduce, START);
    const read = (upTo: number): Event => ({ type: 'read', conversationId: CNV, userId: 'ada', upTo });
    expect(reduce(state, read(3)).conversations[CNV]!.unreadCount).toBe(1);
    expect(reduce(state, read(4)).conversations[CNV]!.unreadCount).toBe(0);
    expect([read(3), read(1)].reduce(reduce, state).conversations[CNV]!.unreadCount).toBe(1);
    expect(reduce({ ...state, rooms: {} }, read(3)).needs).toEqual({
      [`line ${CNV} `]: { of: 'line', conversationId: CNV },
    });
    const deleted: Event = {
      ...{ type: 'message:deleted', conversationId: CNV, seq: 5, messageId: idOf(2) },
      patch: {
        body: { type: 'deleted' },
        attachments: [],
        mentions: null,
        replyTo: null,
        forwardedFrom: null,
        version: 2,
        editedAt: at(5),
      },
    };
    expect(Object.values(reduce(state, deleted).needs)).toEqual([{ of: 'line', conversationId: CNV }]);
  });

  it('asks how it is where two things that one did at once may be told in another order', () => {
    const muted: Event = {
      ...{ type: 'conversation:updated', conversationId: CNV },
      settings: { ...LINE.settings, muted: true },
    };
    const set = reduce(START, muted);
    expect(set.conversations[CNV]!.settings.muted).toBe(true);
    expect(Object.values(set.needs)).toEqual([{ of: 'line', conversationId: CNV }]);
    const readTo = (readSeq: number): Event => ({
      ...{ type: 'thread:updated', conversationId: CNV, rootId: idOf(1) },
      mine: { subscription: 'following', reason: 'replied', readSeq, unreadCount: 0 },
    });
    const once = reduce(START, readTo(5));
    expect(once.needs).toEqual({});
    expect(Object.values(reduce(once, readTo(2)).needs)).toEqual([
      { of: 'thread', conversationId: CNV, messageId: idOf(1) },
    ]);
  });
});
