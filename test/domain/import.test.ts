import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserId } from '#contract/ids.ts';
import { MAX_BATCH, startImport } from '#contract/imports.ts';
import { MAX_TEXT } from '#contract/message-bodies.ts';
import { checkSameStart, decideBatch } from '#domain/import.ts';
import type { Refusal } from '#domain/refusal.ts';
import { batchesOf } from '#local/import/batches.ts';
import { parseChatFile } from '#local/import/chat-file.ts';
import { roomsOf } from '#local/import/rooms.ts';
import { slugOf, userIdsOf } from '#local/import/user-ids.ts';
import { MAX_BODY_BYTES } from '#runtime/json.ts';

const refusalOf = (decide: () => unknown): Refusal | undefined => {
  try {
    decide();
    return undefined;
  } catch (error) {
    return error as Refusal;
  }
};

const chat = (...lines: readonly object[]): Buffer =>
  Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
const line = (over: object = {}) => ({
  room: 'lab',
  at: '2018-11-05T19:30:43Z',
  author: 'Ada',
  text: 'Hello',
  ...over,
});

describe('the decision over a batch', () => {
  const progress = { hash: 'start', nextBatch: 3 };
  const stored = { hash: 'same', firstSeq: 98, lastSeq: 194 };

  it('stores the next batch', () => {
    const standing = { progress, stored: undefined, archived: false };
    expect(decideBatch(standing, { batch: 3, hash: 'same' })).toEqual({ kind: 'store' });
  });

  it('answers a stored batch with what was stored, even when the conversation has been archived since', () => {
    const standing = { progress, stored, archived: true };
    expect(decideBatch(standing, { batch: 1, hash: 'same' })).toEqual({ kind: 'replay', stored });
  });

  it('refuses other content under the number of a stored batch, with both digests', () => {
    const refusal = refusalOf(() => decideBatch({ progress, stored, archived: false }, { batch: 1, hash: 'other' }));
    expect(refusal).toMatchObject({ code: 'import.conflict', details: { storedHash: 'same', givenHash: 'other' } });
  });

  it('refuses a batch after the next one and names the next one', () => {
    const standing = { progress, stored: undefined, archived: false };
    expect(refusalOf(() => decideBatch(standing, { batch: 4, hash: 'same' }))).toMatchObject({
      code: 'import.out_of_order',
      details: { nextBatch: 3 },
    });
  });

  it('looks again when the import counts a batch whose ledger entry was read too early', () => {
    const standing = { progress, stored: undefined, archived: false };
    expect(decideBatch(standing, { batch: 2, hash: 'same' })).toEqual({ kind: 'again' });
  });

  it('refuses what was never started, and what would write into an archived conversation', () => {
    const unknown = { progress: undefined, stored: undefined, archived: false };
    expect(refusalOf(() => decideBatch(unknown, { batch: 0, hash: 'same' }))?.code).toBe('import.not_found');
    const archived = { progress, stored: undefined, archived: true };
    expect(refusalOf(() => decideBatch(archived, { batch: 3, hash: 'same' }))?.code).toBe('conversation.archived');
  });

  it('takes a second start only with the same conversation', () => {
    expect(refusalOf(() => checkSameStart(progress, 'start'))).toBeUndefined();
    expect(refusalOf(() => checkSameStart(progress, 'another'))?.code).toBe('import.conflict');
  });
});

describe('user ids from names', () => {
  it.each([
    ['dune73', 'dune73'],
    ['Piotr Pazoła', 'piotr-pazola'],
    ['Zoë Ångström', 'zoe-angstrom'],
    ['theMiddle', 'themiddle'],
    ['_.hidden', 'hidden'],
    ['a  --  b!', 'a-b'],
    ['Straße & Søn', 'strasse-son'],
  ])('%s becomes %s', (name, id) => {
    expect(slugOf(name)).toBe(id);
  });

  it('gives a name of which nothing is left a digest of itself', () => {
    expect(slugOf('李雷')).toMatch(/^user-[0-9a-f]{8}$/);
    expect(slugOf('李雷')).not.toBe(slugOf('韩梅梅'));
  });

  it('makes valid ids, one each, the same on every run', () => {
    const names = fc.array(
      fc.oneof(
        fc.string({ minLength: 1 }),
        fc.constantFrom('Ada', 'ada', 'ADA', 'ada-2', 'a'.repeat(70), 'A'.repeat(70)),
      ),
    );
    fc.assert(
      fc.property(names, (given) => {
        const ids = userIdsOf(given);
        for (const id of ids.values()) expect(UserId.safeParse(id).success).toBe(true);
        expect(new Set(ids.values()).size).toBe(new Set(given).size);
        expect(userIdsOf(given)).toEqual(ids);
      }),
    );
  });
});

describe('a chat file', () => {
  it('is the same chat packed or not', async () => {
    const bytes = chat(line(), line({ author: 'Bob', at: '2018-11-05T20:30:43+01:00' }));
    const plain = await parseChatFile(bytes);
    expect(await parseChatFile(gzipSync(bytes))).toEqual(plain);
    expect(plain.lines.map(({ author }) => author)).toEqual(['Ada', 'Bob']);
  });

  it('passes over empty lines and still counts them', async () => {
    const bytes = Buffer.from(`\n${JSON.stringify(line())}\r\n\n{"room":1}\n`);
    await expect(parseChatFile(bytes)).rejects.toThrow(/^Line 4 /);
  });

  it.each([
    ['a text longer than a message', line({ text: 'x'.repeat(MAX_TEXT + 1) }), /20,000 characters/],
    ['an empty text', line({ text: '' }), /text: is empty/],
    ['a time that is none', line({ at: 'yesterday' }), /at: /],
    ['an unknown field', line({ color: 'red' }), /color/],
    ['half of a character', line({ text: 'a\ud800' }), /surrogate/],
  ])('stops at %s and names the line', async (_, bad, reason) => {
    const parsing = parseChatFile(chat(line(), bad));
    await expect(parsing).rejects.toThrow(/^Line 2 .*nothing was sent/);
    await expect(parsing).rejects.toThrow(reason);
  });

  it('stops at bytes that are not UTF-8 and at what is not JSON', async () => {
    await expect(parseChatFile(Buffer.concat([chat(line()), Buffer.from([0x22, 0xff, 0x22, 0x0a])]))).rejects.toThrow(
      /^Line 2 /,
    );
    await expect(parseChatFile(Buffer.from('{"room":'))).rejects.toThrow(/^Line 1 is not UTF-8 JSON/);
  });
});

describe('the rooms of a file', () => {
  it('are one import each, named by the chat and not by its packing', async () => {
    const bytes = chat(line(), line({ room: 'hall', author: 'Bob' }), line({ author: 'Bob', text: 'Yes' }));
    const rooms = roomsOf(await parseChatFile(bytes));
    const packed = roomsOf(await parseChatFile(gzipSync(bytes)));
    expect(rooms.map(({ start }) => start.conversation)).toEqual([
      { type: 'group', name: 'lab', participants: ['ada', 'bob'] },
      { type: 'group', name: 'hall', participants: ['bob'] },
    ]);
    expect(rooms[0]!.messages.map(({ senderId, text }) => `${senderId}: ${text}`)).toEqual(['ada: Hello', 'bob: Yes']);
    expect(new Set(rooms.map(({ start }) => start.importId)).size).toBe(2);
    expect(packed).toEqual(rooms);
    for (const { start } of rooms) expect(startImport.input.safeParse(start).success).toBe(true);
    const longer = roomsOf(await parseChatFile(chat(line(), line())));
    expect(longer[0]!.start.importId).not.toBe(rooms[0]!.start.importId);
  });

  it('keep original times in UTC', async () => {
    const [room] = roomsOf(await parseChatFile(chat(line({ at: '2018-11-05T20:30:43+01:00' }))));
    expect(room!.messages[0]!.sentAt).toBe('2018-11-05T19:30:43.000Z');
  });

  it('become channels when a group has no place for all authors and the importer', async () => {
    const authors = (count: number) =>
      chat(...Array.from({ length: count }, (_, index) => line({ author: `a${index}` })));
    const [group] = roomsOf(await parseChatFile(authors(999)));
    const [channel] = roomsOf(await parseChatFile(authors(1_000)));
    expect([group, channel].map((room) => room!.start.conversation.type)).toEqual(['group', 'channel']);
    expect(group!.start.conversation.participants.length + group!.laterParticipants.length).toBe(999);
  });
});

const message = (text: string) => ({ senderId: 'ada', text, sentAt: '2018-11-05T19:30:43.000Z' });

describe('batches', () => {
  const check = (lengths: readonly number[], stored: number, letter: string): number => {
    const messages = lengths.map((length) => message(letter.repeat(length)));
    const batches = [...batchesOf(messages, { messages: stored, nextBatch: 0 })];
    expect(batches.flat()).toEqual(messages.slice(stored));
    for (const batch of batches) {
      expect(batch.length).toBeGreaterThan(0);
      expect(batch.length).toBeLessThanOrEqual(MAX_BATCH);
      const body = JSON.stringify({ batch: Number.MAX_SAFE_INTEGER, messages: batch });
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BODY_BYTES);
    }
    return batches.length;
  };

  it('hold every message once, in order, from where the server stands', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: MAX_TEXT }), { maxLength: 300 });
    fc.assert(
      fc.property(lengths, fc.nat({ max: 320 }), fc.constantFrom('x', '語'), (...given) => void check(...given)),
      { numRuns: 30 },
    );
  });

  it.each([
    ['one byte a character', 'x', 5],
    ['three bytes a character', '語', 15],
    ['six bytes a character, escaped', '\u0001', 30],
  ])('of the longest texts fit into a body: %s', (_, letter, atLeast) => {
    expect(check(Array(60).fill(MAX_TEXT), 0, letter)).toBeGreaterThanOrEqual(atLeast);
  });
});
