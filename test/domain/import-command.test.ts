import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { importBatch, startImport } from '#contract/imports.ts';
import { addParticipants } from '#contract/participants.ts';
import { type Send, sender } from '#local/import/api-client.ts';
import { parseChatFile } from '#local/import/chat-file.ts';
import { importRoom } from '#local/import/import-room.ts';
import { roomsOf } from '#local/import/rooms.ts';

const chat = (...lines: readonly object[]): Buffer =>
  Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
const line = (over: object = {}) => ({
  room: 'lab',
  at: '2018-11-05T19:30:43Z',
  author: 'Ada',
  text: 'Hello',
  ...over,
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

  it('takes over who was there as what, who only reacted, and cuts batches by messages and reactions', async () => {
    const authors = Array.from({ length: 60 }, (_, index) => `r${index}`);
    const chatFile = await parseChatFile(
      chat(
        { room: 'lab', participant: 'Silent' },
        { room: 'lab', participant: 'Ada', role: 'admin' },
        line({ reactions: [{ emoji: '👍', authors }] }),
        line({ author: 'Bob', reactions: [{ emoji: '👍', authors }] }),
      ),
    );
    const [room] = roomsOf(chatFile);
    expect(room!.start.conversation).toMatchObject({ type: 'group' });
    expect(room!.start.conversation.participants.slice(0, 3)).toEqual([
      { userId: 'ada', role: 'admin' },
      'silent',
      'r0',
    ]);
    expect(room!.start.conversation.participants).toHaveLength(63);
    const { sent, send } = fakeServer({ nextBatch: 0, messages: 0 });
    await importRoom(send, room!, () => {});
    expect(sent.slice(1).map(({ body }) => (body.messages as unknown[]).length)).toEqual([1, 1]);
    const guest = { room: 'lab', participant: 'Guest', role: 'guest' };
    expect(roomsOf(await parseChatFile(chat(guest, line())))[0]!.start.conversation.type).toBe('channel');
    await expect(
      parseChatFile(chat(line({ reactions: [{ emoji: '👍', authors: [...authors, ...authors] }] }))),
    ).rejects.toThrow(/Line 1 .*reactions/);
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
