import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wholeOf as wholeOfClient } from '#client/lean.ts';
import { Frame, LeanFrame } from '#contract/frames.ts';
import { messageIdOf } from '#contract/ids.ts';
import { leanOf, wholeOf } from '#contract/lean.ts';
import { Message } from '#contract/messages.ts';
import { CONVERSATION, created } from '#test/support/live.ts';

const AT = '2026-11-21T09:30:00.000Z';

/** Anything that a message may be besides what is usual, each for itself. */
const unusual = fc.record(
  {
    clientId: fc.constant('AZqYt2a0cK6fPpQ1mWk3Zg'),
    attachments: fc.constant([`med_${'a'.repeat(22)}`]),
    mentions: fc.constant({ userIds: ['bob'], all: false }),
    replyTo: fc.constant({ messageId: messageIdOf(CONVERSATION, 1), senderId: 'bob', type: 'text', text: 'x' }),
    forwardedFrom: fc.constant({
      conversationId: CONVERSATION,
      messageId: messageIdOf(CONVERSATION, 1),
      senderId: 'bob',
      createdAt: AT,
    }),
    sentAt: fc.constant(AT),
    version: fc.integer({ min: 2, max: 9 }),
    editedAt: fc.constant(AT),
    pinned: fc.constant(true),
    reactions: fc.constant([{ emoji: '👍', count: 2 }]),
    reactionsSeq: fc.integer({ min: 1, max: 9 }),
    thread: fc.constant({ rootId: messageIdOf(CONVERSATION, 1), parentId: null, depth: 0, summary: null }),
  },
  { requiredKeys: [] },
);

it('a frame brings a message whole, whatever of it is unusual', () => {
  fc.assert(
    fc.property(unusual, fc.integer({ min: 1, max: 1e9 }), (some, seq) => {
      const whole = created(seq);
      const event = { ...whole, message: { ...whole.message, ...some } as Message };
      const carried = JSON.stringify(leanOf(event));
      expect(wholeOf(JSON.parse(carried))).toEqual(event);
      expect(wholeOfClient(JSON.parse(carried))).toEqual(event);
      expect(wholeOfClient(event)).toEqual(event);
    }),
  );
});

it('a message that was just sent is carried by who, what and when', () => {
  const event = created(4);
  event.message.clientId = 'AZqYt2a0cK6fPpQ1mWk3Zg';
  const lean = leanOf(event);
  expect(Object.keys(lean)).toEqual(['type', 'conversationId', 'seq', 'message']);
  expect('message' in lean && Object.keys(lean.message)).toEqual(['senderId', 'clientId', 'body', 'createdAt']);
});

it('a frame that is read is whole by the schema of a message, and nothing else is let in', () => {
  const frame = JSON.parse(JSON.stringify({ events: [leanOf(created(4))] }));
  const [event] = Frame.parse(frame).events;
  expect(event).toEqual(created(4));
  expect(Message.safeParse(event?.type === 'message:created' && event.message)).toMatchObject({ success: true });
  frame.events[0].message.id = 'more';
  expect(LeanFrame.safeParse(frame).success).toBe(false);
});

it('other events travel as they are', () => {
  const typing = { type: 'typing', conversationId: CONVERSATION, userId: 'bob', active: true, expiresAt: AT } as const;
  expect(leanOf(typing)).toBe(typing);
  expect(wholeOf(typing)).toBe(typing);
});
