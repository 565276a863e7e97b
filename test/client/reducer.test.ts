import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from '#client/contract.ts';
import { reduce } from '#client/reducer.ts';
import type { State } from '#client/state.ts';
import { at, CNV, doing, idOf, LINE, messageAt, START, tellings } from './tellings.ts';

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
