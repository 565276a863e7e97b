import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageDocument, type Searched, sameDocument } from '#domain/search/message-document.ts';
import { routingOf, routingsOf } from '#domain/search/routing.ts';
import { hasLink } from '#domain/search/texts.ts';

const PLACE = { tenant: 'acme', conversation: 'c', seq: 7 };
const text = (said: string): Searched => ({ u: 'ada', b: { type: 'text', text: said }, a: 5 });
const documentOf = (
  message: Searched,
  media: ReadonlyMap<string, { fileName: string; contentType: string }> = new Map(),
) => messageDocument(PLACE, message, { media, lang: undefined, stems: [] });

describe('the document of a message', () => {
  it.each([
    [text('look: https://example.org'), ['link']],
    [{ ...text('hello'), b: { type: 'image', mediaId: 'm' } }, ['image']],
    [{ ...text('hello'), b: { type: 'location', lat: 1, lon: 2 } }, ['location']],
    [{ ...text('hello'), f: ['m', 'gone'] }, ['video', 'file']],
    [{ ...text('hello'), r: { t: [{}] } }, ['reaction']],
    [{ ...text('hello'), r: { t: [] } }, []],
    [{ ...text('hello'), k: { c: 2 } }, ['thread']],
    [{ ...text('hello'), k: { c: 0 } }, []],
  ] satisfies [Searched, string[]][])('says what %j holds', (message, has) => {
    expect(documentOf(message, new Map([['m', { fileName: 'a.mp4', contentType: 'video/mp4' }]])).has).toEqual(has);
  });

  it('says whom it mentions, when it was said, and that it was edited, pinned, in a thread', () => {
    const message = { ...text('hello'), s: 3, e: 9, p: 8, t: { r: 2 }, m: { u: ['bob'], a: true as const } };
    expect(documentOf(message)).toMatchObject({
      ...{ sender: 'ada', at: 3, storedAt: 5, type: 'text' },
      ...{ mentions: ['bob', '*'], edited: true, pinned: true, thread: 2 },
    });
    expect(documentOf({ ...text('hello'), k: { c: 1 } })).toMatchObject({ edited: false, pinned: false, thread: 7 });
  });

  it('names its media and their types', () => {
    const media = new Map([['m', { fileName: 'Notes.PDF', contentType: 'application/pdf' }]]);
    expect(documentOf({ ...text('x'), f: ['m'] }, media)).toMatchObject({
      ...{ media: ['m'], names: 'notes pdf', mediaTypes: ['application/pdf'] },
    });
  });

  it('is another one after an edit, a deletion, a pin, and the same after what no search asks for', () => {
    const one = text('hello');
    for (const other of [
      text('Hello!'),
      { ...one, b: { type: 'deleted' as const } },
      { ...one, p: 1 },
      { ...one, e: 1 },
    ])
      expect(sameDocument(PLACE, one, other)).toBe(false);
    expect(sameDocument(PLACE, { ...one, k: { c: 1 } }, { ...one, k: { c: 9 } })).toBe(true);
  });
});

it.each([
  ['https://example.org', true],
  ['(HTTP://example.org)', true],
  ['www.example.org', true],
  ['awww.example.org', false],
  ['https:// and nothing', false],
  ['example.org', false],
])('in %s there is a link: %s', (said, is) => {
  expect(hasLink(said)).toBe(is);
});

describe('routing', () => {
  it('is the tenant, or one of its partitions, all of which a search names', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{1,9}$/),
        fc.string(),
        fc.integer({ min: 2, max: 64 }),
        (tenant, id, count) => {
          expect(routingOf({}, tenant, id)).toBe(tenant);
          expect(routingsOf({}, tenant)).toBe(tenant);
          const all = routingsOf({ [tenant]: count }, tenant).split(',');
          expect(all).toHaveLength(count);
          expect(all).toContain(routingOf({ [tenant]: count }, tenant, id));
          expect(all).toContain(routingOf({ [tenant]: count }, tenant));
        },
      ),
    );
  });

  it('spreads the conversations of a tenant', () => {
    const used = new Set(Array.from({ length: 200 }, (_, id) => routingOf({ acme: 8 }, 'acme', `cnv_${id}`)));
    expect(used.size).toBe(8);
  });
});
