import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MySettings } from '#contract/member-settings.ts';
import { gathered, levelOf, MOST_CONSIDERED, type Notice, noticesFor } from '#domain/notification.ts';

const AT = Date.UTC(2026, 10, 21, 9, 30);
const seq = fc.integer({ min: 1, max: 12 });
const user = fc.constantFrom('ada', 'bob', 'cleo');

const notice: fc.Arbitrary<Notice> = fc.record({
  seq,
  by: user,
  calls: fc.option(
    fc.record({
      u: fc.option(fc.uniqueArray(user), { nil: undefined }),
      a: fc.option(fc.constant(true as const), { nil: undefined }),
    }),
    { nil: undefined },
  ),
});
const notices = fc
  .uniqueArray(notice, { selector: (one) => one.seq, maxLength: 8 })
  .map((all) => all.sort((one, other) => one.seq - other.seq));
const mine = fc.record({
  muted: fc.boolean(),
  mutedUntil: fc.constantFrom(null, new Date(AT - 1).toISOString(), new Date(AT + 60_000).toISOString()),
  archived: fc.boolean(),
  pinned: fc.boolean(),
  hidden: fc.boolean(),
  markedUnread: fc.boolean(),
  notify: fc.constantFrom('all', 'mentions', 'none'),
}) as fc.Arbitrary<MySettings>;
const member = fc.record({
  userId: user,
  joinedSeq: fc.integer({ min: 0, max: 12 }),
  deliveredSeq: fc.option(seq, { nil: undefined }),
  readSeq: fc.option(seq, { nil: undefined }),
  mine: fc.option(mine, { nil: undefined }),
});
const usual = fc.constantFrom('all' as const, 'mentions' as const, 'none' as const);

/** One message and one member, asked as a person would ask, question after question. */
const byHand = (
  who: { userId: string; joinedSeq: number; deliveredSeq?: number; readSeq?: number; mine?: MySettings },
  { seq: number, by, calls }: Notice,
  all: readonly Notice[],
  conversationSays: 'all' | 'mentions' | 'none',
): boolean => {
  if (by === who.userId) return false;
  if (number <= who.joinedSeq) return false;
  if (who.deliveredSeq !== undefined && number <= who.deliveredSeq) return false;
  if (who.readSeq !== undefined && number <= who.readSeq) return false;
  if (all.some((other) => other.by === who.userId && other.seq > number)) return false;
  const isCalled = calls?.a === true || (calls?.u?.includes(who.userId) ?? false);
  const set = who.mine;
  if (!set) return conversationSays === 'all' || (conversationSays === 'mentions' && isCalled);
  const isMuted = set.muted && (set.mutedUntil === null || Date.parse(set.mutedUntil) > AT);
  if (isMuted || set.hidden || set.notify === 'none') return false;
  if (set.notify === 'mentions' || set.archived) return isCalled;
  return true;
};

describe('who is to be notified', () => {
  it('is who a person would have notified, message by message', () => {
    fc.assert(
      fc.property(member, notices, usual, (who, all, says) => {
        const expected = all.filter((one) => byHand(who as never, one, all, says));
        expect(noticesFor(who, all, { usual: says, at: AT })).toEqual(expected);
      }),
      { numRuns: 20_000 },
    );
  });

  it('goes by the conversation only where a member has set nothing at all', () => {
    expect(levelOf({ mine: undefined }, 'mentions', AT)).toBe('mentions');
    expect(levelOf({ mine: MySettings.parse({ pinned: true }) }, 'mentions', AT)).toBe('all');
  });
});

describe('pending messages', () => {
  const tenant = 'acme';
  const conversationId = `cnv_${'a'.repeat(22)}`;
  const other = `cnv_${'b'.repeat(22)}`;

  it('are one entry a conversation of a tenant, from the first number to the last', () => {
    expect(
      gathered([
        { tenant, conversationId, first: 4, last: 6 },
        { tenant, conversationId: other, first: 1, last: 1 },
        { tenant: 'globex', conversationId, first: 2, last: 2 },
        { tenant, conversationId, first: 2, last: 3 },
      ]),
    ).toEqual([
      { tenant, conversationId, first: 2, last: 6 },
      { tenant, conversationId: other, first: 1, last: 1 },
      { tenant: 'globex', conversationId, first: 2, last: 2 },
    ]);
  });

  it('are bounded: of many the last are considered', () => {
    const [one] = gathered([{ tenant, conversationId, first: 1, last: 10_000 }]);
    expect(one!.last - one!.first + 1).toBe(MOST_CONSIDERED);
  });
});
