import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_CLAUSES, parse } from '#domain/search/parse.ts';
import { type Names, resolve } from '#domain/search/resolve.ts';
import { bulk, lineOf } from '#gateways/search/bulk.ts';
import { compile, type Match } from '#gateways/search/compile.ts';
import { find } from '#gateways/search/find.ts';
import { createIndex, deleteIndex } from '#gateways/search/indices.ts';
import { engine } from './engine.ts';

const index = `search-test-${crypto.randomUUID()}`;
const NAMES: Names = {
  ...{ me: 'ada', now: 0, timeZone: 'UTC' },
  usersNamed: async (text) => [text],
  conversationsNamed: (text) => [text],
  directWith: (userId) => `cnv_${userId}`,
  directConversationIds: () => [],
};

/** Words that look like many others: looking for what is similar finds as much as it may. */
const SYLLABLES = ['ba', 'be', 'bi', 'bo', 'bu', 'da', 'de', 'di', 'do', 'du'];
const VOCABULARY = SYLLABLES.flatMap((a) => SYLLABLES.flatMap((b) => SYLLABLES.map((c) => `${a}${b}${c}`)));

/** Longer than the beginnings that an index keeps of its words. */
const LONG = 'beginninglikealltheothers';

beforeAll(async () => {
  await createIndex(index);
  const lines = VOCABULARY.map((word, seq) => {
    const document = {
      kind: 'message',
      tenant: 't',
      conversation: 'c',
      seq,
      text: `begun ${word} then ${LONG}${word}`,
      names: word,
    };
    return lineOf({ id: word, routing: 't', version: 1, json: JSON.stringify(document) }, false);
  });
  expect(new Set(await bulk(index, lines))).toEqual(new Set(['indexed']));
  await engine('POST', `/${index}/_refresh`);
});

afterAll(() => deleteIndex(index));

/** Finds as a search does: inside of the filter by scope, with words of its own that count too. */
async function count(q: string, match: Match): Promise<number> {
  const { query } = await resolve(parse(q), NAMES);
  const scope = Array.from({ length: 200 }, (_, seq) => ({
    bool: { filter: [{ term: { conversation: 'c' } }, { range: { seq: { gte: seq - 200 } } }] },
  }));
  const body = {
    size: 0,
    track_total_hits: true,
    query: {
      bool: {
        must: [compile(query, match)],
        filter: [{ term: { tenant: 't' } }, { bool: { should: scope, minimum_should_match: 1 } }],
      },
    },
  };
  const generation = { name: index, partitions: {} };
  const answer = (await find({ generation, tenantId: 't', body, timeout: 20_000 })) as {
    hits: { total: { value: number } };
  };
  return answer.hits.total.value;
}

const MATCHES: readonly Match[] = ['exact', 'similar'];

describe('the engine takes', () => {
  const each = (piece: (word: string) => string) => VOCABULARY.slice(0, MAX_CLAUSES).map(piece);
  const nested = (depth: number): string => (depth === 0 ? 'babe "a b"' : `x -(y OR -(${nested(depth - 1)}) OR "z z")`);

  it.each([
    ['as many words as there may be', each((word) => word).join(' OR ')],
    [
      'half as many',
      each((word) => word)
        .slice(0, 16)
        .join(' OR '),
    ],
    ['four words', 'babebi OR dadedi OR bobobo OR bububu'],
    ['as many excluded ones', each((word) => `-${word}`).join(' ')],
    ['as many phrases', each((word) => `"begun ${word}"`).join(' OR ')],
    ['as many begun words', each((word) => `${word.slice(0, 2)}*`).join(' OR ')],
    ['as many begun phrases', each((word) => `begun-${word.slice(0, 2)}*`).join(' OR ')],
    ['as many tokens of code', each((word) => `${word}++`).join(' ')],
    ['as many operators', each((word) => `to:${word}`).join(' OR ')],
    ['a phrase as long as it may be', `"${VOCABULARY.slice(0, 64).join(' ')}"`],
    ['groups as deep as they may be', nested(3)],
    ['groups in groups', `${'(a OR b -'.repeat(8)}c${')'.repeat(8)}`],
    ['excluded groups in groups', `${'x OR -(a -'.repeat(8)}c${')'.repeat(8)}`],
    [
      'words in other scripts',
      '\u7d20\u6674\u3089\u3057\u3044 OR \u0926\u0941\u0928\u093f\u092f\u093e OR \u043c\u0438\u0440',
    ],
  ])('%s', async (_, q) => {
    for (const match of MATCHES) await expect(count(q, match), match).resolves.toBeGreaterThanOrEqual(0);
  });

  it('a begun word or phrase, and loses nothing of it', async () => {
    expect(await count('be*', 'exact')).toBe(1_000);
    expect(await count('ba*', 'exact')).toBe(100);
    expect(await count('begun-ba*', 'exact')).toBe(100);
    expect(await count('begun-bab*', 'exact')).toBe(50);
    expect(await count('-begun-ba*', 'exact')).toBe(900);
    expect(await count(`${LONG}*`, 'exact')).toBe(1_000);
    expect(await count(`then-${LONG}*`, 'exact')).toBe(1_000);
  });

  it('a word with a letter wrong, another ending, or only begun, where similar ones are wanted', async () => {
    expect(await count('babebx', 'exact')).toBe(0);
    expect(await count('babebx', 'similar')).toBeGreaterThan(0);
    expect(await count('bababas', 'similar')).toBeGreaterThan(0);
    expect(await count('bab', 'similar')).toBe(50);
    expect(await count('-babebx', 'similar')).toBe(1_000);
  });
});
