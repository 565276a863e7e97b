import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { highlight } from '#domain/search/highlight.ts';
import { messageDocument } from '#domain/search/message-document.ts';
import { parse } from '#domain/search/parse.ts';
import { resolve } from '#domain/search/resolve.ts';
import { languagesOf } from '#functions/indexing/language.ts';
import { summed } from '#functions/indexing/sum.ts';
import { writeDocuments } from '#functions/indexing/write-documents.ts';
import { compile, type Match } from '#gateways/search/compile.ts';
import { find } from '#gateways/search/find.ts';
import { createIndex, deleteIndex } from '#gateways/search/indices.ts';
import { matches } from '#test/support/search-scan.ts';
import { engine } from './engine.ts';
import { EXACT, type Key, SAID, SIMILAR } from './many-languages.ts';

const [tenant, conversation] = ['languages', 'cnv_languages'];
const generation = { name: `search-test-${crypto.randomUUID()}`, mapping: 2, partitions: {} };

const messages = Object.entries(SAID).map(([key, text], index) => {
  const place = { tenant, conversation, seq: index + 1 };
  const message = { u: 'ada', b: { type: 'text' as const, text }, a: index };
  const known = { media: new Map(), ...languagesOf(text) };
  return { key: key as Key, text, seq: place.seq, document: summed(messageDocument(place, message, known)) };
});

beforeAll(async () => {
  await createIndex(generation.name);
  const writes = messages.map(({ seq, document }) => ({
    ...{ id: `${tenant}/${seq}`, tenant, conversation, version: 1, document },
  }));
  const results = await writeDocuments(writes, { into: [generation] });
  expect(results.every((result) => result === 'indexed')).toBe(true);
  await engine('POST', `/${generation.name}/_refresh`);
});

afterAll(() => deleteIndex(generation.name));

const NOBODY = {
  ...{ me: 'ada', now: 0, timeZone: 'UTC' },
  usersNamed: async () => [],
  conversationsNamed: () => [],
  directWith: () => undefined,
  directConversationIds: () => [],
};

const queryOf = async (q: string) => (await resolve(parse(q), NOBODY)).query;

/** Keys of the messages that the engine finds, in the order of the alphabet. */
async function found(q: string, match: Match): Promise<Key[]> {
  const body = { size: 1_000, query: compile(await queryOf(q), match), _source: ['seq'] };
  const answer = (await find({ generation, tenantId: tenant, body, timeout: 10_000 })) as {
    hits: { hits: { _source: { seq: number } }[] };
  };
  return answer.hits.hits.map(({ _source }) => messages[_source.seq - 1]!.key).sort();
}

describe('exactly what was asked for', () => {
  it.each(EXACT)('%s: %s', async (_, q, expected) => {
    expect(await found(q, 'exact')).toEqual(expected);
    const query = await queryOf(q);
    const scanned = messages.filter(({ document }) => matches(query, document)).map(({ key }) => key);
    expect(scanned.sort()).toEqual(expected);
    for (const key of expected) expect(highlight(SAID[key], query, 'exact').fragments).not.toEqual([]);
  });
});

describe('what is like it', () => {
  it.each(SIMILAR)('%s, %s: %s', async (_, _why, q, expected, others) => {
    const similar = await found(q, 'similar');
    expect(similar).toEqual(expect.arrayContaining([...expected]));
    for (const other of others) expect(similar).not.toContain(other);
  });
});

it('shows where, for nearly all that is like it', async () => {
  const unmarked: string[] = [];
  for (const [, , q, expected] of SIMILAR) {
    const query = await queryOf(q);
    for (const key of expected) if (highlight(SAID[key], query, 'similar').offsets.length === 0) unmarked.push(q);
  }
  // The Arabic article stands at the beginning of the word; the engine knows it, we do not.
  expect(unmarked).toEqual(['كتاب']);
});

it('tells the language of whom one would ask', () => {
  const of = (key: Key) => languagesOf(SAID[key]).lang;
  expect([of('deHaus'), of('ruKniga'), of('jaTower'), of('koSeoul'), of('thFood')]).toEqual([
    'de',
    'ru',
    'ja',
    'ko',
    'th',
  ]);
});
