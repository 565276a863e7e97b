import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from '#domain/search/parse.ts';
import { type Names, resolve } from '#domain/search/resolve.ts';
import { writeDocuments } from '#functions/indexing/write-documents.ts';
import { compile, type Match } from '#gateways/search/compile.ts';
import { find } from '#gateways/search/find.ts';
import { createIndex, deleteIndex } from '#gateways/search/indices.ts';
import { matches } from '#test/support/search-scan.ts';
import { engine } from './engine.ts';
import { PAIR, ROOMS, realMessages } from './real-messages.ts';
import { CALLER, QueryMaker } from './real-queries.ts';

const TENANT = 'project';
const generation = { name: `search-test-${crypto.randomUUID()}`, mapping: 2, partitions: {} };
const messages = realMessages(TENANT);
const BATCH = 2_000;

beforeAll(async () => {
  await createIndex(generation.name);
  for (let from = 0; from < messages.length; from += BATCH) {
    const writes = messages.slice(from, from + BATCH).map(({ seq, conversation, document }) => ({
      ...{ id: `${TENANT}/${seq}`, tenant: TENANT, conversation, version: 1, document },
    }));
    const results = await writeDocuments(writes, { into: [generation] });
    expect(results.every((result) => result === 'indexed')).toBe(true);
  }
  await engine('POST', `/${generation.name}/_refresh`);
});

afterAll(() => deleteIndex(generation.name));

const userIds = new Map(messages.map(({ sender }) => [sender.toLowerCase(), sender]));
const NAMES: Names = {
  me: CALLER,
  now: Date.UTC(2026, 0, 1),
  timeZone: 'UTC',
  usersNamed: async (text) => [userIds.get(text.toLowerCase()) ?? []].flat(),
  conversationsNamed: (text) => (text === 'team' ? [ROOMS.team] : []),
  directWith: (userId) => (userId === PAIR[1] ? ROOMS.direct : undefined),
  directConversationIds: () => [ROOMS.direct],
};

/** What the engine gives at most in one answer. */
const WINDOW = 10_000;

/** Numbers of all messages that the engine finds, in order. */
async function found(q: string, match: Match = 'exact'): Promise<number[]> {
  const { query, warnings } = await resolve(parse(q), NAMES);
  expect(warnings).toEqual([]);
  const numbers: number[] = [];
  for (;;) {
    const body = {
      size: WINDOW,
      query: compile(query, match),
      sort: [{ seq: 'asc' }],
      stored_fields: '_none_',
      track_total_hits: false,
      ...(numbers.length > 0 ? { search_after: [numbers.at(-1)] } : {}),
    };
    const answer = (await find({ generation, tenantId: TENANT, body, timeout: 10_000 })) as {
      hits: { hits: { sort: [number] }[] };
    };
    numbers.push(...answer.hits.hits.map(({ sort }) => sort[0]));
    if (answer.hits.hits.length < WINDOW) return numbers;
  }
}

const numbersOf = (holds: (message: (typeof messages)[number]) => boolean): number[] =>
  messages.filter(holds).map(({ seq }) => seq);

const generated = new QueryMaker(messages, 7).queries(200);

describe('22,859 real messages', () => {
  it('are all there', async () => {
    expect(messages).toHaveLength(22_859);
    expect(await found('')).toHaveLength(22_859);
  });

  it('are asked for by 200 queries, most of which find something, and none everything', () => {
    expect(new Set(generated.map(({ q }) => q)).size).toBe(200);
    const counts = generated.map(({ holds }) => numbersOf(holds).length);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(150);
    expect(counts).not.toContain(22_859);
  });

  it.each(generated)('are found exactly by: $q', async ({ q, holds }) => {
    const scanned = numbersOf(holds);
    expect(await found(q)).toEqual(scanned);
    const { query } = await resolve(parse(q), NAMES);
    expect(numbersOf(({ document }) => matches(query, document))).toEqual(scanned);
  });

  it.each([
    ['paranoia level', 'paranoia', 'level'],
    ['false positives', 'false', 'positives'],
    ['thanks', 'thanks'],
    ['942100', '942100'],
    ['über', 'über'],
  ])('are found by "%s" exactly where it stands among plain words', async (phrase, ...words) => {
    const wanted = ` ${words.join(' ')} `;
    const plain = numbersOf(({ text }) =>
      ` ${text
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u)
        .join(' ')} `.includes(wanted),
    );
    expect(await found(`type:text "${phrase}"`)).toEqual(
      plain.filter((seq) => messages[seq - 1]!.stored.b.type === 'text'),
    );
  });

  it('are found by what is similar wherever they are found exactly', async () => {
    for (const { q, holds } of generated.filter((_, index) => index % 8 === 0)) {
      const similar = new Set(await found(q, 'similar'));
      expect(numbersOf(holds).filter((seq) => !similar.has(seq))).toEqual([]);
    }
  });
});
