import type { Event } from '#contract/events.ts';

export const CONVERSATION = `cnv_${'a'.repeat(22)}`;

/** Message number `seq` of the conversation with a text of that many characters. */
export const created = (seq: number, characters = 5): Extract<Event, { type: 'message:created' }> => ({
  type: 'message:created',
  conversationId: CONVERSATION,
  seq,
  message: {
    id: `msg_${CONVERSATION.slice(4)}_${seq}`,
    conversationId: CONVERSATION,
    seq,
    senderId: 'ada',
    clientId: null,
    body: { type: 'text', text: 'x'.repeat(characters) },
    attachments: [],
    mentions: null,
    replyTo: null,
    forwardedFrom: null,
    createdAt: '2026-11-21T09:30:00.000Z',
    sentAt: null,
    version: 1,
    editedAt: null,
    pinned: false,
    reactions: [],
    reactionsSeq: 0,
    thread: null,
  },
});
