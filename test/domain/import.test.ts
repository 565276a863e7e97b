import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { UserId } from '#contract/ids.ts';
import { importBatch, MAX_BATCH, startImport } from '#contract/imports.ts';
import { MAX_TEXT } from '#contract/messages.ts';
import { addParticipants } from '#contract/participants.ts';
import { checkSameStart, decideBatch } from '#domain/import.ts';
import type { Refusal } from '#domain/refusal.ts';
import { type Send, sender } from '#local/import/api-client.ts';
import { parseChatFile } from '#local/import/chat-file.ts';
import { importRoom } from '#local/import/import-room.ts';
import { batchesOf, roomsOf } from '#local/import/rooms.ts';
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
    const batches = [...batchesOf(messages, stored)];
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

/** A server that remembers an import as the API does, and everything it was sent. */
const fakeServer = (start: { nextBatch: number; messages: number }) => {
  const sent: { path: string; body: Record<string, unknown> }[] = [];
  const send: Send = async (path, body) => {
    sent.push({ path, body: body as Record<string, unknown> });
    if (path === startImport.path)
      return { id: (body as { importId: string }).importId, conversationId: `cnv_${'a'.repeat(22)}`, ...start };
    if (path.endsWith('/participants'))
      return { results: (body as { userIds: string[] }).userIds.map((userId) => ({ userId, status: 'added' })) };
    const { batch, messages } = body as { batch: number; messages: unknown[] };
    return { firstSeq: 1, lastSeq: messages.length, nextBatch: batch + 1 };
  };
  return { sent, send };
};

describe('importing a room', () => {
  const roomOf = async (count: number, authors = 1) =>
    roomsOf(
      await parseChatFile(
        chat(...Array.from({ length: count }, (_, index) => line({ author: `a${index % authors}`, text: `${index}` }))),
      ),
    )[0]!;
  const textsOf = (sent: readonly { body: Record<string, unknown> }[]) =>
    sent.flatMap(({ body }) => ((body.messages ?? []) as { text: string }[]).map(({ text }) => Number(text)));

  it('sends all of it in numbered batches', async () => {
    const { sent, send } = fakeServer({ nextBatch: 0, messages: 0 });
    const heard: number[] = [];
    const result = await importRoom(send, await roomOf(200), (stored) => heard.push(stored));
    expect(textsOf(sent)).toEqual(Array.from({ length: 200 }, (_, index) => index));
    expect(sent.slice(1).map(({ body }) => body.batch)).toEqual([0, 1, 2]);
    for (const { path } of sent.slice(1)) expect(path).toMatch(/^\/imports\/imp_[\w-]+\/batches$/);
    expect(heard).toEqual([0, 97, 194, 200]);
    expect(result.added).toBe(200);
  });

  it('goes on where the server says it stands, whatever the batches before were', async () => {
    const { sent, send } = fakeServer({ nextBatch: 7, messages: 150 });
    const result = await importRoom(send, await roomOf(200), () => {});
    expect(textsOf(sent)).toEqual(Array.from({ length: 50 }, (_, index) => 150 + index));
    expect(sent[1]!.body.batch).toBe(7);
    expect(result.added).toBe(50);
  });

  it('adds nothing when everything is there', async () => {
    const { sent, send } = fakeServer({ nextBatch: 3, messages: 200 });
    expect((await importRoom(send, await roomOf(200), () => {})).added).toBe(0);
    expect(sent).toHaveLength(1);
  });

  it('adds participants beyond the first 90 after the messages, so that these keep the file’s numbers', async () => {
    const { sent, send } = fakeServer({ nextBatch: 0, messages: 0 });
    await importRoom(send, await roomOf(300, 250), () => {});
    const added = sent.filter(
      ({ path }) => path === addParticipants.path.replace('{conversationId}', `cnv_${'a'.repeat(22)}`),
    );
    expect(added.map(({ body }) => (body.userIds as string[]).length)).toEqual([100, 60]);
    expect(sent.slice(-2)).toEqual(added);
  });

  it('says so when the conversation has no place for an author', async () => {
    const { send } = fakeServer({ nextBatch: 0, messages: 0 });
    const full: Send = async (path, body) =>
      path.endsWith('/participants') ? { results: [{ userId: 'a99', status: 'full' }] } : send(path, body);
    await expect(importRoom(full, await roomOf(100, 100), () => {})).rejects.toThrow(/1 authors found no place/);
  });
});

describe('sending', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  const listen = async (answer: (attempt: number, token: string) => { status: number; body: unknown } | 'cut') => {
    const seen: string[] = [];
    server = createServer((request, response) => {
      const token = request.headers.authorization ?? '';
      seen.push(token);
      request.resume().on('end', () => {
        const reply = answer(seen.length, token);
        if (reply === 'cut') return request.socket.destroy();
        response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body));
      });
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };
  const access = (url: string) => {
    let minted = 0;
    return { url, token: async () => `token-${++minted}` };
  };
  const atOnce = async () => {};

  it('repeats after a lost connection and after a passing failure', async () => {
    const { seen, url } = await listen((attempt) =>
      attempt === 1 ? 'cut' : attempt < 4 ? { status: 503, body: {} } : { status: 201, body: { stored: true } },
    );
    expect(await sender(access(url), atOnce)('/imports', {})).toEqual({ stored: true });
    expect(seen).toHaveLength(4);
  });

  it('gives up in the end and says what to do', async () => {
    const { seen, url } = await listen(() => ({ status: 503, body: {} }));
    await expect(sender(access(url), atOnce)('/imports', {})).rejects.toThrow(/Run the import again/);
    expect(seen).toHaveLength(8);
  });

  it('asks for another token after a 401, once', async () => {
    const { seen, url } = await listen((_, token) =>
      token === 'Bearer token-2' ? { status: 200, body: {} } : { status: 401, body: {} },
    );
    await sender(access(url), atOnce)('/imports', {});
    expect(seen).toEqual(['Bearer token-1', 'Bearer token-2']);
    const { url: closed, seen: refused } = await listen(() => ({ status: 401, body: {} }));
    await expect(sender(access(closed), atOnce)('/imports', {})).rejects.toThrow(/401/);
    expect(refused).toHaveLength(2);
  });

  it('stops at a refusal at once, with its code', async () => {
    const { seen, url } = await listen(() => ({
      status: 409,
      body: { code: 'import.conflict', title: 'Other content.' },
    }));
    await expect(sender(access(url), atOnce)(importBatch.path, {})).rejects.toThrow(
      /409 import\.conflict: Other content/,
    );
    expect(seen).toHaveLength(1);
  });
});
