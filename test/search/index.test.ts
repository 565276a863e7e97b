import { describe, expect, it } from 'vitest';
import { parseQuery } from '#domain/search-query.ts';
import { searchableText } from '#domain/searchable.ts';
import { search } from '#gateways/search.ts';
import { type IndexWrite, writeToIndex } from '#gateways/search-bulk.ts';
import { createIndex } from '#gateways/search-index.ts';
import { aConversationId } from '../stream/records.ts';
import { aTenantId, engine, refresh, useAlias } from './engine.ts';

const alias = useAlias();

const textOf = (text: string): string => searchableText({ type: 'text', text })!;

/** Writes texts as messages 1, 2, 3 … of a new conversation and returns how to search them. */
async function having(texts: readonly string[]) {
  const [tenant, conversation] = [aTenantId(), aConversationId()];
  const results = await writeToIndex(
    texts.map(
      (text, index): IndexWrite => ({
        id: `${tenant}/${index + 1}`,
        tenant,
        version: 2,
        document: { tenant, conversation, seq: index + 1, sender: 'bob', at: 1_000, text: textOf(text) },
      }),
    ),
    alias,
  );
  await refresh(alias);
  const find = async (q: string) => {
    const request = { tenant, conversationIds: [conversation], clauses: parseQuery(q), after: undefined, size: 100 };
    return search(request, alias);
  };
  return { results, find, seqs: async (q: string) => (await find(q)).map(({ seq }) => seq).sort() };
}

describe('the index', () => {
  it('is created under a versioned name with its alias by the first write, however many come at once', async () => {
    const fresh = `test-${crypto.randomUUID()}`;
    const write: IndexWrite = { id: 'x/1', tenant: 'x', version: 2, document: { removedAt: 1 } };
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) => writeToIndex([{ ...write, id: `x/${index}` }], fresh)),
    );
    expect(results.flat()).toEqual(Array.from({ length: 8 }, () => 'indexed'));
    expect(await engine('GET', `/_alias/${fresh}`)).toEqual({
      [`${fresh}-v1`]: { aliases: { [fresh]: { is_write_index: true } } },
    });
    await engine('DELETE', `/${fresh}-v1`);
  });

  it('can be created twice', async () => {
    await createIndex(alias);
    await expect(createIndex(alias)).resolves.toBeUndefined();
  });

  it('refuses for ever a field that it does not declare, and takes the others of the batch', async () => {
    const [tenant, conversation] = [aTenantId(), aConversationId()];
    const document = { tenant, conversation, seq: 1, sender: 'bob', at: 1, text: 'engine' };
    const strange = { ...document, salary: 100 };
    const results = await writeToIndex(
      [strange, document].map((each, index) => ({ id: `${tenant}/${index}`, tenant, version: 2, document: each })),
      alias,
    );
    expect(results).toEqual([{ rejected: expect.stringContaining('strict_dynamic_mapping_exception') }, 'indexed']);
  });

  it('of two writes keeps the greater version, in whatever order they come', async () => {
    const tenant = aTenantId();
    const write = (version: number): IndexWrite => ({
      id: `${tenant}/1`,
      tenant,
      version,
      document: { removedAt: version },
    });
    expect(await writeToIndex([write(4), write(2), write(4), write(6)], alias)).toEqual([
      'indexed',
      'superseded',
      'superseded',
      'indexed',
    ]);
  });

  it('holds nothing before it exists: a search finds nothing', async () => {
    const request = { tenant: 'x', conversationIds: ['y'], clauses: parseQuery('z'), after: undefined, size: 10 };
    expect(await search(request, 'test-none')).toEqual([]);
  });
});

describe('a search', () => {
  it('splits at whatever is no letter, mark or digit, and knows no case', async () => {
    const { seqs } = await having([
      'Paranoia-Level!',
      'paranoia.level',
      'PARANOIA\nLEVEL',
      'paranoiaLevel',
      'level paranoia',
    ]);
    expect(await seqs('"paranoia level"')).toEqual([1, 2, 3]);
    expect(await seqs('paranoia level')).toEqual([1, 2, 3, 5]);
  });

  it('keeps every word: no stop words, no stems', async () => {
    const { seqs } = await having(['to be or not to be', 'to being', 'be to']);
    expect(await seqs('"to be"')).toEqual([1]);
  });

  it.each([
    ['İstanbul', 'İstanbul'],
    ['ΟΔΟΣ', 'ΟΔΟΣ'],
    ['हिन्दी भाषा', 'हिन्दी'],
    ['cafe\u0301 noir', 'caf\u00e9'],
    ['𝒳𐐀 deseret', '𝒳𐐀'],
    ['x² ½', 'x²'],
  ])('finds %s by %s', async (text, q) => {
    const { seqs } = await having([text, 'something else']);
    expect(await seqs(q)).toEqual([1]);
  });

  it('takes a word of any length, and finds what stands beside it', async () => {
    const long = ['日'.repeat(20_000), 'a'.repeat(20_000), `${'a'.repeat(511)}𝒳${'𐐀'.repeat(9_000)}`];
    const { results, seqs } = await having(long.map((word) => `engine ${word} pattern`));
    expect(results).toEqual(['indexed', 'indexed', 'indexed']);
    expect(await seqs('engine pattern')).toEqual([1, 2, 3]);
    expect(await seqs('"engine pattern"')).toEqual([]);
  });

  it('marks what it found in fragments that are safe to show as HTML', async () => {
    const { find } = await having(['<script>alert("x")</script> & the <b>engine</b> <mark>runs</mark>']);
    const [hit] = await find('engine');
    const shown = hit!.highlights.join('');
    expect(shown).toContain('<mark>engine</mark>');
    expect(shown.replaceAll(/<\/?mark>/g, '')).not.toMatch(/[<>]/);
    expect(shown).toContain('&lt;mark&gt;runs');
    expect(shown).toContain('&amp;');
  });

  it('marks words and phrases, and not every occurrence of a phrase\u2019s words', async () => {
    const { find } = await having(['A level here, a paranoia there: the paranoia level of rule 942.']);
    expect((await find('"paranoia level" 942'))[0]!.highlights.join(' ')).toBe(
      'A level here, a paranoia there: the <mark>paranoia</mark> <mark>level</mark> of rule <mark>942</mark>.',
    );
  });

  it('stays within the tenant and the conversations given', async () => {
    const { find } = await having(['engine']);
    expect(await find('engine')).toHaveLength(1);
    const request = { clauses: parseQuery('engine'), after: undefined, size: 10 };
    const [tenant, conversation] = [aTenantId(), aConversationId()];
    const write = (id: string, document: object) => ({ id, tenant, version: 2, document: document as never });
    const base = { tenant, conversation, seq: 1, sender: 'bob', at: 1, text: 'engine' };
    // A document of another tenant under this one's routing, as a bug might leave it.
    await writeToIndex(
      [
        write(`${tenant}/mine`, base),
        write(`${tenant}/theirs`, { ...base, tenant: 'other' }),
        write(`${tenant}/elsewhere`, { ...base, conversation: aConversationId() }),
      ],
      alias,
    );
    await refresh(alias);
    expect(await search({ ...request, tenant, conversationIds: [conversation] }, alias)).toHaveLength(1);
    expect(await search({ ...request, tenant, conversationIds: [] }, alias)).toEqual([]);
  });
});
