import fc from 'fast-check';

/** Code points from a range, both ends included. */
const from = (first: number, last: number) =>
  fc
    .integer({ min: first, max: last })
    .map((point) => (point >= 0xd800 && point <= 0xdfff ? '' : String.fromCodePoint(point)));

const SCRIPTS: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0xa0, 0x24f],
  [0x300, 0x36f],
  [0x370, 0x52f],
  [0x531, 0x5f4],
  [0x600, 0x6ff],
  [0x900, 0x97f],
  [0x980, 0xdff],
  [0xe00, 0xeff],
  [0x1000, 0x11ff],
  [0x1780, 0x17ff],
  [0x1e00, 0x1fff],
  [0x2000, 0x2bff],
  [0x3000, 0x31ff],
  [0x4e00, 0x4fff],
  [0xa640, 0xabff],
  [0xac00, 0xad00],
  [0xfb00, 0xfffd],
  [0x10000, 0x11fff],
  [0x16d40, 0x16d7f],
  [0x1d400, 0x1d7ff],
  [0x1f1e6, 0x1f1ff],
  [0x1f300, 0x1faff],
  [0x20000, 0x20100],
  [0xe0100, 0xe01ef],
];

/** What is written as one and is several code points, and what folds in odd ways. */
const ODD = [
  ...[
    '👨‍👩‍👧',
    '👍🏽',
    '🇩🇪',
    '❤️',
    '1️⃣',
    'e\u0301',
    'ｶﾞ',
    'ㅎㅏㄴ',
    '하',
    'क्‍ष',
    'กิ',
    '½',
    '㎏',
    '™',
    '℃',
    'ﷺ',
    'İ',
    'ς',
    'ß',
    'ǆ',
  ],
  ...[
    '\u00ad',
    '\u200b',
    '\u200c',
    '\u200d',
    '\ufeff',
    '\u00a8',
    '\u0345',
    '\n',
    '\t',
    '\ud83d',
    '\udc4d',
    'ä',
    'Å',
    '⁄',
  ],
] as const;

/** Text of all scripts, with marks, pictures, digits and what is torn, as people paste it. */
export const unicodeText = (): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        ...SCRIPTS.map(([first, last]) => from(first, last)),
        from(0, 0x10ffff),
        fc.constantFrom(...ODD),
        fc.constantFrom(...ODD),
        fc.constantFrom(' ', ' ', 'a', 'B', '7', '.', '_', '-'),
        fc.stringMatching(/^[a-zA-Z0-9']{1,8}$/),
      ),
      { maxLength: 24 },
    )
    .map((parts) => parts.join(''));
