import './engine.ts';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseQuery } from '#domain/search-query.ts';
import { type Position, search } from '#gateways/search.ts';
import { handler } from '../../functions/stream/index-search.lambda.ts';
import { aConversationId, batchOf, messageItem, recordOf } from '../stream/records.ts';
import { aTenantId, refresh } from './engine.ts';

const FILE = resolve(
  import.meta.dirname,
  '../..',
  process.env['PARLEY_SAMPLES'] ?? '../shared/data',
  'project-chat.jsonl.gz',
);
const BATCH = 1_000;

const [tenantId, conversationId] = [aTenantId(), aConversationId()];
let texts: string[] = [];

beforeAll(async () => {
  if (!existsSync(FILE))
    throw new Error(`the sample conversation is not at ${FILE}: set PARLEY_SAMPLES to the folder that holds it`);
  const lines = gunzipSync(readFileSync(FILE)).toString('utf8').trimEnd().split('\n');
  const messages = lines.map((line) => JSON.parse(line) as { at: string; author: string; text: string });
  texts = messages.map(({ text }) => text);
  for (let from = 0; from < messages.length; from += BATCH) {
    const records = messages.slice(from, from + BATCH).map(({ at, text }, index) => {
      const place = { tenantId, conversationId, seq: from + index + 1 };
      return recordOf(messageItem(place, { b: { type: 'text', text }, s: Date.parse(at) }));
    });
    expect(await handler(batchOf(records))).toEqual({ batchItemFailures: [] });
  }
  await refresh();
});

/** The scan's own idea of a word: lower case, split at what is not a letter or digit. */
const plainWords = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** Numbers of the messages in which a plain scan finds the words side by side. */
const scan = (...wanted: readonly string[]): number[] =>
  texts.flatMap((text, index) => {
    const words = plainWords(text);
    const found = words.some((_, from) => wanted.every((word, offset) => words[from + offset] === word));
    return found ? [index + 1] : [];
  });

/** Numbers of all messages that the query finds, page by page. */
async function find(q: string, size = 100): Promise<number[]> {
  const found: number[] = [];
  for (let after: Position | undefined; ; ) {
    const request = { tenant: tenantId, conversationIds: [conversationId], clauses: parseQuery(q), after, size };
    const hits = await search(request);
    if (hits.length === 0) return found.toSorted((a, b) => a - b);
    found.push(...hits.map(({ seq }) => seq));
    after = hits.at(-1)!.position;
  }
}

describe('22,859 real messages', () => {
  it('are all there', () => {
    expect(texts).toHaveLength(22_859);
  });

  it('are found by the phrase "paranoia level" exactly where a plain scan finds these words side by side', async () => {
    const scanned = scan('paranoia', 'level');
    expect(scanned.length).toBeGreaterThan(10);
    expect(await find('"paranoia level"', 5)).toEqual(scanned);
  });

  it.each([
    ['"paranoia" level', undefined],
    ['"false positives"', ['false', 'positives']],
    ['"pull request"', ['pull', 'request']],
    ['"to be"', ['to', 'be']],
    ['"rule set"', ['rule', 'set']],
    ['thanks', ['thanks']],
    ['942100', ['942100']],
    ['über', ['über']],
  ])('agree with the scan on %s', async (q, words) => {
    const scanned = words ? scan(...words) : scan('paranoia').filter((seq) => scan('level').includes(seq));
    expect(scanned.length).toBeGreaterThan(0);
    expect(await find(q)).toEqual(scanned);
  });
});
