import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaState, UPLOAD_LIMITS } from '#contract/media.ts';
import {
  displayName,
  isFinal,
  isServable,
  judgeHeader,
  judgeSize,
  judgeType,
  MAX_PIXELS,
  mayMove,
} from '#domain/media.ts';

const states = MediaState.options;

describe('states', () => {
  it('ends in ready, rejected, quarantined or expired', () => {
    expect(states.filter(isFinal)).toEqual(['ready', 'rejected', 'quarantined', 'expired']);
  });

  it('is ready only after processing, and processing only after a verdict', () => {
    expect(states.filter((from) => mayMove(from, 'ready'))).toEqual(['processing']);
    expect(states.filter((from) => mayMove(from, 'processing'))).toEqual(['scanning']);
    expect(states.filter((from) => mayMove(from, 'uploaded'))).toEqual(['requested', 'uploading']);
  });

  it('never leaves a final state and is served in no state but ready, whatever is tried in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...states), { maxLength: 30 }), (wanted) => {
        let state: (typeof states)[number] = 'requested';
        let ended: string | undefined;
        for (const to of wanted) {
          if (mayMove(state, to)) state = to;
          if (ended !== undefined) expect(state).toBe(ended);
          if (isFinal(state)) ended ??= state;
          expect(isServable(state)).toBe(state === 'ready');
        }
      }),
    );
  });
});

describe('what the first bytes say', () => {
  it('must be the format that was announced', () => {
    for (const claimed of Object.keys(UPLOAD_LIMITS)) {
      expect(judgeType(claimed, claimed)).toBeUndefined();
      expect(judgeType(claimed, claimed === 'image/png' ? 'image/gif' : 'image/png')).toBe('type_mismatch');
    }
  });

  it('may use the other name of the same container', () => {
    expect(judgeType('image/heif', 'image/heic')).toBeUndefined();
    expect(judgeType('image/heic', 'image/heif-sequence')).toBeUndefined();
    expect(judgeType('image/png', 'image/apng')).toBeUndefined();
  });

  it.each([undefined, 'application/pdf', 'text/html', 'image/bmp', 'image/x-canon-cr2', 'video/mp4', 'constructor'])(
    'is not taken as %s',
    (sniffed) => {
      expect(judgeType('image/jpeg', sniffed)).toBe('type_unsupported');
    },
  );
});

describe('the size', () => {
  it('is exactly the one announced', () => {
    expect(judgeSize(10, 10)).toBeUndefined();
    expect(judgeSize(10, 9)).toBe('size_mismatch');
    expect(judgeSize(10, 11)).toBe('size_mismatch');
    expect(judgeSize(10, 0)).toBe('empty');
  });
});

describe('the header', () => {
  const header = { format: 'jpeg', width: 10_000, height: MAX_PIXELS / 10_000, codec: undefined };

  it('may tell of as many pixels as the limit and not one row more', () => {
    expect(judgeHeader('image/jpeg', header)).toBeUndefined();
    expect(judgeHeader('image/jpeg', { ...header, height: header.height + 1 })).toBe('too_many_pixels');
  });

  it('must be read by the decoder of the announced format', () => {
    expect(judgeHeader('image/png', header)).toBe('type_mismatch');
    expect(judgeHeader('image/avif', { ...header, format: 'heif', codec: 'av1' })).toBeUndefined();
  });

  it('must name a codec that can be decoded', () => {
    expect(judgeHeader('image/heic', { ...header, format: 'heif', codec: 'hevc' })).toBe('codec_unsupported');
    expect(judgeHeader('image/heic', { ...header, format: 'heif', codec: 'av1' })).toBeUndefined();
  });
});

describe('a file name as shown', () => {
  it.each([
    ['IMG_0001.jpg', 'IMG_0001.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\ada\\me.png', 'me.png'],
    ['invoice\u202egpj.exe', 'invoicegpj.exe'],
    ['a\r\nSet-Cookie: b\u0000.jpg', 'aSet-Cookie: b.jpg'],
    ['Zu\u0308rich.jpg', 'Zürich.jpg'],
    ['👩‍🚀.webp', '👩‍🚀.webp'],
    ['..', 'file'],
    ['\u2066', 'file'],
  ])('turns %j into %j', (given, shown) => {
    expect(displayName(given)).toBe(shown);
  });

  it('is never empty, a path or longer than what was given, and shows the same when shown again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 255 }), (given) => {
        const shown = displayName(given);
        expect(shown).not.toMatch(/[\\/\p{Cc}]/u);
        expect(shown).not.toBe('');
        expect(displayName(shown)).toBe(shown);
      }),
    );
  });
});
