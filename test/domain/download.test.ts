import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RenditionName } from '#contract/media.ts';
import { answeredAs, attachmentAs, isStillGood, renditionMeant, secondsOf } from '#domain/download.ts';

/** What a browser takes the name to be, by RFC 6266: the encoded one where there is one. */
function nameIn(header: string): { readonly plain: string; readonly exact: string } {
  const [, plain, exact] = /^attachment; filename="([^"\\]*)"; filename\*=UTF-8''([!#$&+.^_`|~A-Za-z0-9%-]*)$/.exec(
    header,
  )!;
  return { plain: plain!, exact: decodeURIComponent(exact!) };
}

describe('the name of something to be saved', () => {
  it.each([
    ['engine.pdf', 'engine.pdf', 'engine.pdf'],
    ['Grüße aus Köln.pdf', 'Gru_e aus Koln.pdf', 'Grüße aus Köln.pdf'],
    ['a"; filename="evil.exe', 'a__ filename=_evil.exe', 'a"; filename="evil.exe'],
    ['a\r\nSet-Cookie: b=c.txt', 'aSet-Cookie_ b=c.txt', 'aSet-Cookie: b=c.txt'],
    ['../../etc/passwd', 'passwd', 'passwd'],
    ['C:\\Windows\\system.ini', 'system.ini', 'system.ini'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe', 'invoicefdp.exe'],
    ['..', 'file', 'file'],
    ["it's (1)*.pdf", 'it_s (1)_.pdf', "it's (1)*.pdf"],
    ['100%41.txt', '100_41.txt', '100%41.txt'],
    ['📈.csv', '_.csv', '📈.csv'],
    ['half \ud83d.txt', 'half _.txt', 'half \ufffd.txt'],
  ])('%j', (given, plain, exact) => {
    expect(nameIn(attachmentAs(given))).toEqual({ plain, exact });
  });

  it('is one header of harmless characters, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 255 }), (text) => {
        const header = attachmentAs(text);
        expect(header).toMatch(/^[\x20-\x7e]+$/);
        const { plain, exact } = nameIn(header);
        expect(plain).not.toMatch(/["\\%/;]/);
        expect(exact).not.toMatch(/[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
      { numRuns: 500 },
    );
  });
});

describe('how a rendition is answered', () => {
  it.each(RenditionName.options)('%s', (name) => {
    const answered = answeredAs({ name, contentType: 'text/html' }, 'page.html');
    if (name === 'original')
      expect(answered).toEqual({
        contentType: 'application/octet-stream',
        disposition: `attachment; filename="page.html"; filename*=UTF-8''page.html`,
      });
    else expect(answered).toEqual({ contentType: 'text/html', disposition: 'inline' });
  });
});

describe('the rendition that is meant', () => {
  const made = (...names: (typeof RenditionName.options)[number][]) => names.map((name) => ({ name }));
  it('is what shows a media best, and never the original of what has another', () => {
    expect(renditionMeant('image', made('thumbnail', 'display', 'original'))).toEqual({ name: 'display' });
    expect(renditionMeant('video', made('poster', 'video', 'original'))).toEqual({ name: 'video' });
    expect(renditionMeant('video', made('original', 'poster'))).toEqual({ name: 'poster' });
    expect(renditionMeant('audio', made('original', 'audio'))).toEqual({ name: 'audio' });
    expect(renditionMeant('file', made('page', 'original'))).toEqual({ name: 'original' });
    expect(renditionMeant('image', made('thumbnail'))).toBeUndefined();
  });
});

describe('how long an address works', () => {
  it('is five minutes, and for what plays long enough to play it', () => {
    for (const name of RenditionName.options.filter((each) => each !== 'video' && each !== 'audio'))
      expect(secondsOf(name, 7_200_000)).toBe(300);
    expect(secondsOf('video', 60_000)).toBe(690);
    expect(secondsOf('audio', 3_600_000)).toBe(6_000);
    expect(secondsOf('video', undefined)).toBe(600);
    expect(secondsOf('video', 24 * 3_600_000)).toBe(6 * 3_600);
  });

  it('is told again until a fifth of it is left', () => {
    expect(isStillGood(300_000, 300, 240_000)).toBe(true);
    expect(isStillGood(300_000, 300, 240_001)).toBe(false);
  });
});
