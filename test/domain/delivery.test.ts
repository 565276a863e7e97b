import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from '#contract/events.ts';
import { Frame } from '#contract/frames.ts';
import { leanOf } from '#contract/lean.ts';
import { MAX_FRAME_BYTES } from '#contract/realtime.ts';
import { INLINE_SOCKETS, isExpired, isYoung, packFrames, SLICE, slicesOf, YOUNG_MS } from '#domain/delivery.ts';
import { CONVERSATION, created, socketOf } from '#test/support/live.ts';

const read = (data: Uint8Array): Frame => Frame.parse(JSON.parse(Buffer.from(data).toString('utf8')));
const ENVELOPE = '{"events":[]}'.length;
const bytesOf = (event: Event): number => Buffer.byteLength(JSON.stringify(leanOf(event)));

describe('frames', () => {
  it('carry every event once, in order, below the limit, in as few as their order allows', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12_000 }), { minLength: 1, maxLength: 20 }), (lengths) => {
        const events = lengths.map((length, index) => created(index + 1, length));
        const frames = packFrames(events);
        expect(frames.flatMap(({ data }) => read(data).events)).toEqual(events);
        expect(frames.flatMap((frame) => frame.events)).toEqual(events);
        for (const { data } of frames) expect(data.length).toBeLessThanOrEqual(MAX_FRAME_BYTES);
        for (const [index, { data }] of frames.slice(0, -1).entries())
          expect(data.length + 1 + bytesOf(frames[index + 1]!.events[0]!)).toBeGreaterThan(MAX_FRAME_BYTES);
      }),
    );
  });

  it('count bytes, not characters: an event of exactly 32 KB travels, one byte more becomes a pointer', () => {
    const room = MAX_FRAME_BYTES - ENVELOPE - bytesOf(created(7, 0));
    const exact = created(7, room);
    expect(packFrames([exact])[0]!.data.length).toBe(MAX_FRAME_BYTES);
    expect(packFrames([exact]).map(({ events }) => events[0]!.type)).toEqual(['message:created']);

    exact.message.body = { type: 'text', text: `é${'x'.repeat(room - 1)}` };
    expect(packFrames([exact])).toMatchObject([
      { events: [{ type: 'sync:pointer', conversationId: CONVERSATION, seq: 7 }] },
    ]);
  });

  it('refuse what fits no frame and cannot be fetched', () => {
    const event: Event = {
      type: 'media:updated',
      mediaId: `med_${'a'.repeat(22)}`,
      state: 'rejected',
      reason: 'x'.repeat(40_000),
    };
    expect(() => packFrames([event])).toThrow(RangeError);
  });
});

describe('slices', () => {
  const sockets = (count: number) => Array.from({ length: count }, (_, index) => socketOf(`user${index}`));

  it('hold every socket and user exactly once, never more than fit one message of the queue', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_500 }), fc.integer({ min: 0, max: 2_500 }), (open, unread) => {
        const audience = {
          sockets: sockets(open),
          users: Array.from({ length: unread }, (_, index) => `other${index}`),
        };
        const slices = slicesOf(CONVERSATION, audience);
        expect(slices.flatMap((slice) => slice.sockets.map(({ userId }) => userId)).sort()).toEqual(
          audience.sockets.map(({ userId }) => userId).sort(),
        );
        expect(slices.flatMap(({ users }) => users).sort()).toEqual([...audience.users].sort());
        for (const { sockets: own, users } of slices)
          expect(Math.max(own.length, users.length)).toBeLessThanOrEqual(SLICE);
      }),
      { numRuns: 25 },
    );
  });

  it('are several of the same group where hashing is uneven', () => {
    const audience = {
      sockets: Array.from({ length: 2 * SLICE + 1 }, (_, index) => socketOf('ada', `a${index}`)),
      users: [],
    };
    const slices = slicesOf(CONVERSATION, audience);
    expect(slices.map((slice) => slice.sockets.length)).toEqual([SLICE, SLICE, 1]);
    expect(new Set(slices.map(({ group }) => group)).size).toBe(1);
  });

  it('keep a conversation in one group while its audience fits one slice, several beyond', () => {
    expect(new Set(slicesOf(CONVERSATION, { sockets: sockets(SLICE), users: [] }).map(({ group }) => group)).size).toBe(
      1,
    );
    expect(
      new Set(slicesOf(CONVERSATION, { sockets: sockets(4 * SLICE), users: [] }).map(({ group }) => group)).size,
    ).toBe(4);
  });

  it('leave a user in the same group when others come and go, so that events keep their order', () => {
    const groups = (count: number) =>
      new Map(
        slicesOf(CONVERSATION, { sockets: sockets(count), users: [] }).flatMap(({ group, sockets: own }) =>
          own.map(({ userId }) => [userId, group]),
        ),
      );
    const [before, after] = [groups(700), groups(1_100)];
    for (const [userId, group] of before) expect(after.get(userId)).toBe(group);
  });

  it('go by user when the events belong to no conversation', () => {
    const slices = slicesOf(undefined, {
      sockets: [socketOf('ada', 'a1'), socketOf('ada', 'a2'), socketOf('bob')],
      users: [],
    });
    expect(slices.map(({ group, sockets: own }) => [group, own.length])).toEqual([
      ['user/ada', 2],
      ['user/bob', 1],
    ]);
  });
});

describe('a socket', () => {
  it('counts as closed after two hours', () => {
    expect(isExpired(0, 2 * 3_600_000)).toBe(false);
    expect(isExpired(0, 2 * 3_600_000 + 1)).toBe(true);
  });

  it('is young for ten seconds', () => {
    expect(isYoung(0, YOUNG_MS - 1)).toBe(true);
    expect(isYoung(0, YOUNG_MS)).toBe(false);
    expect(YOUNG_MS).toBe(10_000);
  });

  it('is posted to by the send itself up to 300 of them', () => {
    expect(INLINE_SOCKETS).toBe(300);
  });
});
