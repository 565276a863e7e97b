import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Message } from '#contract/messages.ts';
import { page } from '#contract/page.ts';
import { sender } from '#local/import/api-client.ts';
import { readChatFile } from '#local/import/chat-file.ts';
import { importRoom } from '#local/import/import-room.ts';
import { roomsOf } from '#local/import/rooms.ts';
import { type Instance, ROOT, Stack } from '#local/instance.ts';
import { mintToken } from '#local/issuer/tokens.ts';

const execute = promisify(execFile);

const stackPath = process.env.PARLEY_STACK;
if (!stackPath)
  throw new Error('PARLEY_STACK is not set: deploy with npm start and name its stack.json in PARLEY_STACK');
const stack = Stack.extend({ restUrl: z.url() }).parse(JSON.parse(readFileSync(stackPath, 'utf8')));
const instance: Instance = {
  name: stack.instance,
  directory: dirname(resolve(stackPath)),
  ports: { emulator: 0, search: 0, issuer: Number(new URL(stack.issuer).port) },
};

const SAMPLES = resolve(ROOT, process.env.PARLEY_SAMPLES ?? '../shared/data');
const COUNT = 300;

/** A tenant of this run, so that a stack that is kept does not know its imports. */
const tenant = `import-${randomBytes(6).toString('hex')}`;
const tokenOf = (user: string, roles: readonly string[]) => mintToken(instance, { tenant, user, roles });

const get = async (path: string, token: string): Promise<unknown> => {
  const response = await fetch(`${stack.restUrl}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  return response.json();
};

/** The whole history through the API, page by page. */
const history = async (conversationId: string): Promise<Message[]> => {
  const token = await tokenOf('admin', ['admin']);
  const found: Message[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor ? `cursor=${encodeURIComponent(cursor)}` : 'order=oldest';
    const { items, nextCursor } = page(Message)
      .loose()
      .parse(await get(`/conversations/${conversationId}/messages?limit=100&${query}`, token));
    found.push(...items);
    cursor = nextCursor;
  } while (cursor);
  return found;
};

/** Runs the command as a user does; it has nowhere to remember anything but the server. */
const runImport = async (file: string): Promise<string> => {
  const { stdout } = await execute(
    process.execPath,
    [join(ROOT, 'local/import/import.ts'), file, '--url', stack.restUrl],
    {
      env: { ...process.env, PARLEY_TOKEN: await tokenOf('admin', ['admin']) },
    },
  );
  return stdout;
};
const conversationIn = (output: string): string => /cnv_[\w-]{22}/.exec(output)?.[0] ?? 'none';

let folder: string;
let lines: string[];

beforeAll(async () => {
  const sample = join(SAMPLES, 'project-chat.jsonl.gz');
  const packed = await readFile(sample).catch((cause: unknown) => {
    throw new Error(`${sample} is missing: name the folder of the samples in PARLEY_SAMPLES`, { cause });
  });
  lines = gunzipSync(packed)
    .toString('utf8')
    .split('\n')
    .slice(0, 3 * COUNT);
  folder = await mkdtemp(join(tmpdir(), 'parley-import-'));
});

afterAll(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Writes part of the real chat as a file of its own. */
const fileOf = async (from: number): Promise<{ path: string; texts: string[]; times: string[] }> => {
  const part = lines.slice(from, from + COUNT);
  const path = join(folder, `chat-${from}.jsonl.gz`);
  await writeFile(path, gzipSync(`${part.join('\n')}\n`));
  const parsed = part.map((line) => JSON.parse(line) as { text: string; at: string });
  return {
    path,
    texts: parsed.map(({ text }) => text),
    times: parsed.map(({ at }) => new Date(at).toISOString()),
  };
};
const oneTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const textsOf = (messages: readonly Message[]) =>
  messages.map(({ body }) => (body.type === 'text' ? body.text : body.type));

describe('importing a real chat', () => {
  it('brings it back in the file’s order with its original times, and a second run adds nothing', async () => {
    const { path, texts, times } = await fileOf(0);
    const first = await runImport(path);
    const conversationId = conversationIn(first);
    expect(first).toMatch(/300 messages added/);
    const imported = await history(conversationId);
    expect(imported.map(({ seq }) => seq)).toEqual(oneTo(COUNT));
    expect(textsOf(imported)).toEqual(texts);
    expect(imported.map(({ sentAt }) => sentAt)).toEqual(times);

    const second = await runImport(path);
    expect(second).toMatch(/Nothing to add/);
    expect(conversationIn(second)).toBe(conversationId);
    expect(await history(conversationId)).toEqual(imported);
  });

  it('goes on where an import broke off, although the last reply was lost', async () => {
    const { path, texts } = await fileOf(COUNT);
    const [room] = roomsOf(await readChatFile(path));
    const send = sender({ url: stack.restUrl, token: () => tokenOf('admin', ['admin']) });
    let batches = 0;
    const breaking = importRoom(
      async (to, body) => {
        const answer = await send(to, body);
        if (to.endsWith('/batches') && ++batches === 2) throw new Error('the reply was lost');
        return answer;
      },
      room!,
      () => {},
    );
    await expect(breaking).rejects.toThrow('the reply was lost');
    const output = await runImport(path);
    expect(output).toMatch(/106 messages added/);
    const imported = await history(conversationIn(output));
    expect(imported.map(({ seq }) => seq)).toEqual(oneTo(COUNT));
    expect(textsOf(imported)).toEqual(texts);
  });

  it('adds everything once when two run at the same time', async () => {
    const { path, texts } = await fileOf(2 * COUNT);
    const [left, right] = await Promise.all([runImport(path), runImport(path)]);
    expect(conversationIn(left)).toBe(conversationIn(right));
    expect(textsOf(await history(conversationIn(left)))).toEqual(texts);
  });

  it('is for admins of the tenant', async () => {
    const { path } = await fileOf(0);
    const [room] = roomsOf(await readChatFile(path));
    const send = sender({ url: stack.restUrl, token: () => tokenOf('mallory', ['user']) });
    await expect(importRoom(send, room!, () => {})).rejects.toThrow(/403 caller\.forbidden/);
  });
});
