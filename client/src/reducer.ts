import type { Event } from './contract.ts';
import { lineAfter } from './reduce/line.ts';
import { roomAfter } from './reduce/room.ts';
import { draftKey, type Need, needKey, put, type State } from './state.ts';

/**
 * A state without a conversation: it was left, or is gone. What waits to be sent to it stays: the server says why it is
 * refused, and it is shown as not sent.
 */
export function without(state: State, conversationId: string): State {
  const needs = Object.fromEntries(
    Object.entries(state.needs).filter(([, need]) => need.conversationId !== conversationId),
  );
  return {
    ...state,
    conversations: put(state.conversations, conversationId, undefined),
    rooms: put(state.rooms, conversationId, undefined),
    drafts: Object.fromEntries(
      Object.entries(state.drafts).filter(([, draft]) => draft.conversationId !== conversationId),
    ),
    outbox: state.outbox.filter((one) => one.conversationId !== conversationId || one.state !== 'sent'),
    needs: Object.keys(needs).length === Object.keys(state.needs).length ? state.needs : needs,
  };
}

export function withNeeds(state: State, needs: readonly Need[]): State {
  const fresh = needs.filter((need) => !(needKey(need) in state.needs));
  if (fresh.length === 0) return state;
  return { ...state, needs: { ...state.needs, ...Object.fromEntries(fresh.map((need) => [needKey(need), need])) } };
}

const inConversation = (state: State, event: Event & { readonly conversationId: string }): State => {
  const { conversationId } = event;
  const before = state.rooms[conversationId];
  const line = state.conversations[conversationId];
  const needs: Need[] = [];
  let { conversations, rooms } = state;
  if (line && state.me !== null) {
    const after = lineAfter(line, event, before, state.me);
    conversations = put(conversations, conversationId, after.line);
    if (after.unsure) needs.push({ of: 'line', conversationId });
  }
  if (before) {
    const after = roomAfter(before, event);
    rooms = put(rooms, conversationId, after.room);
    needs.push(...after.needs);
  }
  const same = conversations === state.conversations && rooms === state.rooms;
  return withNeeds(same ? state : { ...state, conversations, rooms }, needs);
};

const withDraft = (state: State, event: Extract<Event, { readonly type: 'draft:updated' }>): State => {
  const { conversationId, threadId, version } = event;
  const known = state.drafts[draftKey(conversationId, threadId)];
  // Of a conversation that is shown, what was told while its draft was fetched counts as well.
  const isShown = known !== undefined || state.rooms[conversationId] !== undefined;
  return isShown && (known?.version ?? 0) < version
    ? withNeeds(state, [{ of: 'draft', conversationId, threadId }])
    : state;
};

/**
 * The state after an event. Pure; events of a conversation's log come in the order of their numbers. One that is applied
 * again, or lies before what is known, does no harm when all later ones follow.
 */
export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case 'presence': {
      const { userId, online, lastSeenAt } = event;
      return { ...state, presence: put(state.presence, userId, { online, lastSeenAt }) };
    }
    case 'bookmark:added':
      return { ...state, bookmarks: put(state.bookmarks, event.bookmark.messageId, event.bookmark) };
    case 'bookmark:removed':
      return { ...state, bookmarks: put(state.bookmarks, event.messageId, undefined) };
    case 'draft:updated':
      return withDraft(state, event);
    case 'scheduled:updated': {
      const { type: _, ...scheduled } = event;
      if ((state.scheduled[event.scheduledId]?.version ?? 0) > event.version) return state;
      return { ...state, scheduled: put(state.scheduled, event.scheduledId, scheduled) };
    }
    case 'invitation:received':
      return { ...state, invitations: put(state.invitations, event.invitation.id, event.invitation) };
    case 'invitation:updated':
      if (event.state === 'open') return state;
      return { ...state, invitations: put(state.invitations, event.invitationId, undefined) };
    case 'media:updated': {
      const { type: _, ...media } = event;
      return { ...state, media: put(state.media, event.mediaId, media) };
    }
    case 'conversation:purged':
      return without(state, event.conversationId);
    case 'participant:removed':
      // It is the last that is heard of it.
      if (state.me !== null && event.userIds.includes(state.me)) return without(state, event.conversationId);
      return inConversation(state, event);
    case 'report:resolved':
      return state;
    case 'sync:at':
    case 'sync:more': {
      const line = state.conversations[event.conversationId];
      if (!line || line.seq >= event.seq) return state;
      return { ...state, conversations: put(state.conversations, line.id, { ...line, seq: event.seq }) };
    }
    case 'sync:left':
      return event.conversationIds.reduce(without, state);
    case 'sync:pointer':
    case 'sync:reset':
    case 'sync:changed':
    case 'sync:resumed':
    case 'sync:pong':
    case 'sync:done':
    case 'sync:error':
    case 'sync:required':
    case 'sync:reconnect':
      return state;
    default:
      return 'conversationId' in event ? inConversation(state, event) : state;
  }
}

/** The state without those who stopped writing without saying so. `at`: the server's time, milliseconds. */
export function withoutExpiredTyping(state: State, at: number): State {
  let { rooms } = state;
  for (const [id, room] of Object.entries(rooms))
    for (const [userId, until] of Object.entries(room.typing))
      if (Date.parse(until) <= at)
        rooms = put(rooms, id, { ...rooms[id]!, typing: put(rooms[id]!.typing, userId, undefined) });
  return rooms === state.rooms ? state : { ...state, rooms };
}
