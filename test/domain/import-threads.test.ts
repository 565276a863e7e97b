import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importBatch, itemsOf, MAX_BATCH } from '#contract/imports.ts';
import { MAX_DEPTH } from '#contract/thread.ts';
import { type Around, positionsOf, threadsAfter } from '#domain/import-threads.ts';
import { withReply } from '#domain/thread.ts';
import { batchesOf, type ImportedMessage, type RoomMessage } from '#local/import/batches.ts';
import { parseChatFile } from '#local/import/chat-file.ts';
import { roomsOf } from '#local/import/rooms.ts';
import { MAX_BODY_BYTES } from '#runtime/json.ts';
import { hashOfBatch } from '#table/import-batch.ts';

const line = (over: object = {}) => ({
  room: 'lab',
  at: '2018-11-05T19:30:43Z',
  author: 'Ada',
  text: 'Hello',
  ...over,
});
const read = (...lines: readonly object[]) =>
  parseChatFile(Buffer.from(lines.map((one) => `${JSON.stringify(one)}\n`).join('')));
const said = (over: object = {}) => ({ senderId: 'ada', text: 'hello', sentAt: '2018-11-05T19:30:43.000Z', ...over });
const linksOf = (messages: readonly RoomMessage[]) => messages.map(({ parent, replyTo }) => [parent, replyTo]);

describe('a chat file with threads', () => {
  it('names earlier messages of its room by their ids', async () => {
    const file = await read(
      line({ id: 'a' }),
      line({ room: 'hall', id: 'a' }),
      line({ id: 'b', thread: 'a' }),
      line({ thread: 'b', replyTo: 'a' }),
      line({ room: 'hall', thread: 'a' }),
    );
    const [lab, hall] = roomsOf(file);
    expect(linksOf(lab!.messages)).toEqual([
      [undefined, undefined],
      [0, undefined],
      [1, 0],
    ]);
    expect(linksOf(hall!.messages)).toEqual([
      [undefined, undefined],
      [0, undefined],
    ]);
  });

  it('puts a reply that is too deep beside its ancestor at the greatest depth, and quotes what it answers', async () => {
    const file = await read(
      line({ id: '0' }),
      ...Array.from({ length: MAX_DEPTH + 2 }, (_, index) => line({ id: `${index + 1}`, thread: `${index}` })),
      line({ thread: '6', replyTo: '0' }),
    );
    const links = linksOf(roomsOf(file)[0]!.messages);
    expect(links.slice(MAX_DEPTH)).toEqual([
      [4, undefined],
      [4, 5],
      [4, 6],
      [4, 0],
    ]);
  });

  it.each([
    ['a thread of a later message', [line({ thread: 'a' }), line({ id: 'a' })], /^Line 1 .*thread: .*"a"/],
    ['a thread of its own', [line({ id: 'a', thread: 'a' })], /^Line 1 .*thread/],
    ['a thread of another room', [line({ id: 'a', room: 'hall' }), line({ thread: 'a' })], /^Line 2 .*thread/],
    ['a quote of what is not there', [line(), line({ replyTo: 'x' })], /^Line 2 .*replyTo: .*"x"/],
    ['an id that is taken', [line({ id: 'a' }), line({ id: 'a' })], /^Line 2 .*id: .*"a"/],
    ['an empty id', [line({ id: '' })], /^Line 1 .*id/],
  ])('stops at %s', async (_, lines, reason) => {
    await expect(read(...lines)).rejects.toThrow(reason);
    await expect(read(...lines)).rejects.toThrow(/nothing was sent/);
  });

  it('stops at more reactions than a batch has room for beside a reply', async () => {
    const reactions = (count: number) => ({
      reactions: [{ emoji: '👍', authors: Array.from({ length: count }, (_, index) => `r${index}`) }],
    });
    await expect(read(line({ id: 'a' }), line({ thread: 'a', ...reactions(93) }))).rejects.toThrow(/Line 2 .*92/);
    const file = await read(line({ id: 'a', ...reactions(96) }), line({ thread: 'a', ...reactions(92) }));
    const batches = [...batchesOf(roomsOf(file)[0]!.messages, { nextBatch: 0, messages: 0 })];
    expect(batches.map((batch) => batch.map(itemsOf))).toEqual([[97], [97]]);
  });
});

describe('batches with threads', () => {
  const rooms = fc
    .array(
      fc.record({
        length: fc.constantFrom(1, 40, 9_000),
        parent: fc.option(fc.nat(), { nil: undefined }),
        replyTo: fc.option(fc.nat(), { nil: undefined }),
        reactors: fc.constantFrom(0, 0, 0, 30),
      }),
      { minLength: 1, maxLength: 150 },
    )
    .map((messages) =>
      messages.map(
        ({ length, parent, replyTo, reactors }, index): RoomMessage => ({
          ...said({ text: '語'.repeat(length) }),
          ...(reactors
            ? { reactions: [{ emoji: '👍', userIds: Array.from({ length: reactors }, (_, of) => `r${of}`) }] }
            : {}),
          ...(parent === undefined || index === 0 ? {} : { parent: parent % index }),
          ...(replyTo === undefined || index === 0 ? {} : { replyTo: replyTo % index }),
        }),
      ),
    );
  const importId = `imp_${'a'.repeat(22)}`;

  it('fit the API and name the messages that were meant, from wherever an import goes on', () => {
    fc.assert(
      fc.property(rooms, fc.nat(), (messages, cutAt) => {
        const all = [...batchesOf(messages, { nextBatch: 0, messages: 0 })];
        const placeOf: { batch: number; index: number }[] = [];
        for (const [batch, given] of all.entries()) {
          expect(importBatch.input.safeParse({ importId, batch, messages: given }).success).toBe(true);
          expect(given.reduce((sum, one) => sum + itemsOf(one), 0)).toBeLessThanOrEqual(MAX_BATCH);
          expect(Buffer.byteLength(JSON.stringify({ batch, messages: given }))).toBeLessThanOrEqual(MAX_BODY_BYTES);
          for (const index of given.keys()) placeOf.push({ batch, index });
        }
        const named = (one: number | undefined) => (one === undefined ? undefined : placeOf[one]);
        expect(all.flat().map(({ parent, replyTo }: ImportedMessage) => [parent, replyTo])).toEqual(
          messages.map(({ parent, replyTo }) => [named(parent), named(replyTo)]),
        );
        const nextBatch = cutAt % (all.length + 1);
        const stored = all.slice(0, nextBatch).flat().length;
        expect([...batchesOf(messages, { nextBatch, messages: stored })]).toEqual(all.slice(nextBatch));
      }),
      { numRuns: 200 },
    );
  });

  it('say so when an import was cut elsewhere and a message names one from before', () => {
    const messages = [said(), said(), said({ parent: 0 })] as RoomMessage[];
    expect(() => [...batchesOf(messages, { nextBatch: 1, messages: 1 })]).toThrow(/begun with other batches/);
    expect([...batchesOf([said(), said(), said()], { nextBatch: 1, messages: 1 })]).toEqual([[said(), said()]]);
  });
});

describe('the digest of a batch', () => {
  it('is what it was for messages that name none, and another for each that does', () => {
    const named = { batch: 0, index: 1 };
    // As it was before messages could name others.
    expect(hashOfBatch([said()])).toBe('oY9QCWXeas38AK2bHtHSBD');
    const all = [
      {},
      { parent: named },
      { replyTo: named },
      { parent: { batch: 0, index: 0 } },
      { parent: named, replyTo: named },
    ];
    expect(new Set(all.map((over) => hashOfBatch([said(over)]))).size).toBe(all.length);
  });
});

describe('what replies of a batch make of threads', () => {
  const around: Around = {
    batch: 1,
    firstSeq: 11,
    earlier: ({ batch, index }) =>
      batch === 0 && index < 5
        ? { seq: index + 1, by: 'eve', place: index === 4 ? { r: 1, p: [2, 3, 4, 5] } : undefined }
        : undefined,
  };
  const of = (batch: number, index: number) => ({ batch, index });

  it('stand under what they name, in this batch or one before', () => {
    const placed = positionsOf(
      [
        said({ parent: of(0, 2) }),
        said({ parent: of(1, 0), replyTo: of(0, 1) }),
        said({ senderId: 'bob', replyTo: of(1, 1) }),
      ],
      around,
    );
    expect(placed).toEqual([
      { seq: 11, by: 'ada', place: { r: 3, p: [] }, quote: undefined },
      { seq: 12, by: 'ada', place: { r: 3, p: [11] }, quote: { s: 2, u: 'eve' } },
      { seq: 13, by: 'bob', place: undefined, quote: { s: 12, u: 'ada' } },
    ]);
  });

  it.each([
    ['itself', { parent: of(1, 1) }],
    ['a later message', { parent: of(1, 2) }],
    ['a place that its batch does not have', { parent: of(0, 5) }],
    ['a later batch', { parent: of(2, 0) }],
    ['as a quote what is not there', { replyTo: of(1, 1) }],
  ])('are refused when they name %s', (_, over) => {
    expect(() => positionsOf([said(), said(over), said()], around)).toThrow(
      expect.objectContaining({ code: 'import.message_unknown', details: { index: 1 } }),
    );
  });

  it('are refused deeper than replies go', () => {
    expect(() => positionsOf([said({ parent: of(0, 4) })], around)).toThrow(
      expect.objectContaining({ code: 'thread.too_deep', details: { most: MAX_DEPTH, index: 0 } }),
    );
  });

  it('are counted as if they had been sent one after the other', () => {
    const users = fc.constantFrom('ada', 'bob', 'cleo', 'dan', 'eve', 'fay', 'gus');
    fc.assert(
      fc.property(fc.array(users, { minLength: 1, maxLength: 19 }), fc.nat({ max: 19 }), (authors, before) => {
        const replies = authors.map((by, index) => ({ seq: 11 + index, by, place: { r: 1, p: [] }, quote: undefined }));
        const live = (of: typeof replies) => {
          const replied = new Set<string>();
          let summary: ReturnType<typeof withReply> | undefined;
          for (const { by, seq } of of) {
            summary = withReply(summary, { by, isNew: !replied.has(by), seq, at: 5 });
            replied.add(by);
          }
          return { summary, replied };
        };
        const { summary, replied } = live(replies.slice(0, before));
        const rest = replies.slice(before);
        const look = { author: 'eve', summary, replied: (userId: string) => replied.has(userId) };
        const made = threadsAfter(rest, () => look, 5).get(1);
        if (rest.length === 0) {
          expect(made).toBeUndefined();
          return;
        }
        expect(made!.after).toEqual(live(replies).summary);
        expect(made!.before).toEqual(summary);
        const follows = before === 0 && authors[0] !== 'eve' ? ['eve'] : [];
        expect([...made!.parts.keys()].sort()).toEqual([...new Set([...follows, ...rest.map(({ by }) => by)])].sort());
        for (const [userId, part] of made!.parts)
          expect(part).toEqual({
            reason: follows.includes(userId) ? 'author' : 'replied',
            replied: rest.some(({ by }) => by === userId),
          });
      }),
      { numRuns: 1_000 },
    );
  });
});
