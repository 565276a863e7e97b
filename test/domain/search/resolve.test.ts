import { describe, expect, it } from 'vitest';
import { parse } from '#domain/search/parse.ts';
import { resolve } from '#domain/search/resolve.ts';
import type { Filter, Query } from '#domain/search/tree.ts';
import { ADAS_NAMES } from './names.ts';

const is = (filter: Filter): Query => ({ op: 'is', filter });
const not = (node: Query): Query => ({ op: 'not', node });
const and = (...nodes: Query[]): Query => ({ op: 'and', nodes });
const or = (...nodes: Query[]): Query => ({ op: 'or', nodes });
const words = (...all: string[]): Query => ({ op: 'words', words: all, prefix: false });
const from = (...userIds: string[]) => is({ by: 'sender', userIds });
const inside = (...conversationIds: string[]) => is({ by: 'conversation', conversationIds });
const time = (start?: string, end?: string) =>
  is({
    by: 'time',
    ...(start === undefined ? {} : { from: Date.parse(start) }),
    ...(end === undefined ? {} : { before: Date.parse(end) }),
  });

describe('an operator', () => {
  it.each<[q: string, query: Query]>([
    ['from:ada', from('ada')],
    ['from:@Bob', from('bob')],
    ['from:"Ada Lovelace"', from('ada')],
    ['from:me', from('ada')],
    ['from:sam', from('sam1', 'sam2')],
    ['from:ada,bob', or(from('ada'), from('bob'))],
    ['-from:bob x', and(not(from('bob')), words('x'))],
    ['in:general', inside('cnv_general')],
    ['in:#general', inside('cnv_general')],
    ['in:@bob', inside('cnv_bob')],
    // There is such a user, but nothing was ever said between the two.
    ['in:@cy', or()],
    ['to:bob', and(inside('cnv_bob'), not(from('bob')))],
    ['to:me', and(inside('cnv_bob', 'cnv_sam'), not(from('ada')))],
    ['to:sam', or(and(inside('cnv_sam'), not(from('sam1'))), and(or(), not(from('sam2'))))],
    ['has:link,Image', or(is({ by: 'has', what: 'link' }), is({ by: 'has', what: 'image' }))],
    ['type:location', is({ by: 'type', type: 'location' })],
    ['is:pinned', is({ by: 'is', what: 'pinned' })],
    ['is:thread has:thread', and(is({ by: 'is', what: 'thread' }), is({ by: 'has', what: 'thread' }))],
    ['mentions:bob', is({ by: 'mentions', userIds: ['bob'], all: false })],
    ['mentions:me', is({ by: 'mentions', userIds: ['ada'], all: true })],
    ['mentions:@all', is({ by: 'mentions', userIds: [], all: true })],
    ['lang:DE', is({ by: 'lang', lang: 'de' })],
    ['lang:zh-Hans', is({ by: 'lang', lang: 'zh' })],
    ['before:2026-05-01', time(undefined, '2026-04-30T22:00Z')],
    ['after:2026-05-01', time('2026-05-01T22:00Z')],
    ['on:2026-05-01', time('2026-04-30T22:00Z', '2026-05-01T22:00Z')],
    ['during:2025', time('2024-12-31T23:00Z', '2025-12-31T23:00Z')],
    ['after:7d', time('2026-05-10T22:00Z')],
    ['before:2026-05-01T10:00:00Z', time(undefined, '2026-05-01T10:00:00Z')],
  ])('%s is what it is meant to be', async (q, query) => {
    expect(await resolve(parse(q), ADAS_NAMES)).toEqual({ query, warnings: [] });
  });

  it.each([
    ['from:zoe', 'unknown_value', words('from', 'zoe')],
    ['in:secret', 'unknown_value', words('in', 'secret')],
    ['to:zoe', 'unknown_value', words('to', 'zoe')],
    ['has:teeth', 'unknown_value', words('has', 'teeth')],
    ['type:system', 'unknown_value', words('type', 'system')],
    ['type:__proto__', 'unknown_value', words('type', 'proto')],
    ['mentions:zoe', 'unknown_value', words('mentions', 'zoe')],
    ['lang:klingon', 'unknown_value', words('lang', 'klingon')],
    ['lang:xx', 'unknown_value', words('lang', 'xx')],
    ['on:fire', 'bad_date', words('on', 'fire')],
    ['after:constructor', 'bad_date', words('after', 'constructor')],
    ['before:2026-02-30', 'bad_date', words('before', '2026', '02', '30')],
  ])('%s is searched as words, and that is said', async (q, code, query) => {
    const { query: found, warnings } = await resolve(parse(q), ADAS_NAMES);
    expect(found).toEqual(query);
    expect(warnings).toMatchObject([{ code, text: q }]);
  });

  it('leaves out what it does not know beside what it knows', async () => {
    const { query, warnings } = await resolve(parse('from:zoe,bob'), ADAS_NAMES);
    expect(query).toEqual(from('bob'));
    expect(warnings).toMatchObject([{ code: 'unknown_value', text: 'from:zoe' }]);
  });

  it('that is not understood has its words negated where it was negated', async () => {
    expect((await resolve(parse('-from:zoe a'), ADAS_NAMES)).query).toEqual(and(not(words('from', 'zoe')), words('a')));
  });

  it('tells its warnings after those of the grammar, in the order of the query', async () => {
    const { warnings } = await resolve(parse('has:teeth on:fire foo:bar'), ADAS_NAMES);
    expect(warnings.map(({ text }) => text)).toEqual(['foo:bar', 'has:teeth', 'on:fire']);
  });

  it('raises what looking up a name raises', async () => {
    const names = { ...ADAS_NAMES, usersNamed: () => Promise.reject(new Error('no answer')) };
    await expect(resolve(parse('from:bob'), names)).rejects.toThrow('no answer');
  });
});
