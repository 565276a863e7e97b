import sharp from 'sharp';
import { disguised, HTML, SVG } from './active-files.ts';
import { harmless, PDF, real } from './harmless-files.ts';
import { EICAR, gifBomb, pngBomb, tiffBomb, webpBomb, zip } from './hostile-files.ts';
import { type Odd, text } from './odd-file.ts';
import { sample } from './samples.ts';

const IMAGES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/tiff', 'image/avif'] as const;

/** A small picture of each type that is taken. */
async function pictures(): Promise<Record<(typeof IMAGES)[number], Buffer>> {
  const base = sharp(sample('landscape_6.jpg')).resize(120);
  const [jpeg, png, gif, webp, tiff, avif] = await Promise.all([
    base.clone().jpeg().toBuffer(),
    base.clone().png().toBuffer(),
    base.clone().gif().toBuffer(),
    base.clone().webp().toBuffer(),
    base.clone().tiff({ compression: 'lzw' }).toBuffer(),
    base.clone().avif({ effort: 0 }).toBuffer(),
  ]);
  return {
    'image/jpeg': jpeg!,
    'image/png': png!,
    'image/gif': gif!,
    'image/webp': webp!,
    'image/tiff': tiff!,
    'image/avif': avif!,
  };
}

/** Pictures that say they are far larger than they are, or really decode to more than anybody wants. */
const bombs = (): Odd[] => [
  ...(
    [
      ['image/png', pngBomb],
      ['image/gif', gifBomb],
      ['image/tiff', tiffBomb],
    ] as const
  ).flatMap(([contentType, bomb]) =>
    [
      [8_000, 8_000],
      [20_000, 20_000],
      [60_000, 60_000],
      [65_000, 700],
    ].map(([width, height]) => ({
      name: `bomb ${contentType} ${width}×${height}`,
      contentType,
      data: bomb(width!, height!),
      ends: ['too_many_pixels', 'unreadable'],
    })),
  ),
  ...[8_000, 16_383].map((side) => ({
    name: `bomb image/webp ${side}`,
    contentType: 'image/webp',
    data: webpBomb(side, side),
    ends: ['too_many_pixels', 'unreadable'],
  })),
  {
    name: 'a PNG of no width',
    contentType: 'image/png',
    data: pngBomb(0, 10),
    ends: ['unreadable', 'type_unsupported'],
  },
  {
    name: 'a GIF of a thousand frames',
    contentType: 'image/gif',
    data: gifBomb(600, 600, 1_000),
    ends: ['unreadable', 'ready'],
  },
  {
    name: 'a zip of zeros',
    contentType: 'application/zip',
    data: zip({ 'zeros.bin': Buffer.alloc(70 * 1024 * 1024) }),
    ends: ['unscannable'],
  },
];

const lies = (real: Record<string, Buffer>): Odd[] => [
  ...IMAGES.flatMap((contentType) =>
    IMAGES.filter((other) => other !== contentType).map((other) => ({
      name: `${other} as ${contentType}`,
      contentType,
      data: real[other]!,
      ends: ['type_mismatch'],
    })),
  ),
  ...(
    [
      ['SVG', SVG],
      ['SVG behind a declaration', `<?xml version="1.0"?>\n<!-- hi -->\n${SVG}`],
      ['HTML', HTML],
      ['a script', '#!/bin/sh\nrm -rf /'],
      ['an HLS playlist', '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'],
      ['a concat list', "ffconcat version 1.0\nfile '/etc/passwd'\n"],
      ['an MVG', "push graphic-context\nimage over 0,0 0,0 'https://evil.test/x'\npop graphic-context"],
      ['PHP', '<?php system($_GET[0]);'],
    ] as const
  ).flatMap(([name, content]) =>
    IMAGES.slice(0, 4).map((contentType) => ({
      name: `${name} as ${contentType}`,
      contentType,
      data: text(content),
      ends: ['type_unsupported', 'type_mismatch'],
    })),
  ),
];

const polyglots = (real: Record<string, Buffer>): Odd[] => [
  ...IMAGES.filter((type) => type !== 'image/avif').flatMap((contentType) =>
    (
      [
        ['a page', text(HTML)],
        ['an archive', zip({ 'a.html': text(HTML) })],
        ['a script', text('*/=1;alert(1)//')],
      ] as const
    ).map(([name, tail]) => ({
      name: `${contentType} with ${name} behind it`,
      contentType,
      data: Buffer.concat([real[contentType]!, tail]),
      ends: ['ready', 'unreadable'],
    })),
  ),
  {
    name: 'GIF that is a script',
    contentType: 'image/gif',
    data: text('GIF89a/*\0\0*/=0;alert(1)//'),
    ends: ['unreadable', 'too_many_pixels'],
  },
  {
    name: 'PDF with a page behind it',
    contentType: 'application/pdf',
    data: Buffer.concat([PDF, text(HTML)]),
    ends: ['ready'],
  },
  {
    name: 'PDF behind a page',
    contentType: 'application/pdf',
    data: Buffer.concat([text(HTML), PDF]),
    ends: ['type_mismatch'],
  },
  {
    name: 'PDF with an archive behind it',
    contentType: 'application/pdf',
    data: Buffer.concat([PDF, zip({ 'a.txt': text('a') })]),
    ends: ['ready'],
  },
  {
    name: 'a picture with malware in an archive behind it',
    contentType: 'image/jpeg',
    data: Buffer.concat([real['image/jpeg']!, zip({ 'a.com': EICAR })]),
    ends: ['quarantined'],
  },
];

const malware = (real: Record<string, Buffer>): Odd[] =>
  (
    [
      ['plain', EICAR],
      ['behind blanks', Buffer.concat([Buffer.alloc(5_000, ' '), EICAR])],
      ['stored', zip({ 'e.com': EICAR }, { store: true })],
      ['zipped', zip({ 'e.com': EICAR })],
      ['zipped twice', zip({ 'e.zip': zip({ 'e.com': EICAR }) })],
      ['in a document', zip({ '[Content_Types].xml': text('<Types/>'), 'word/e.bin': EICAR })],
      ['behind a picture', Buffer.concat([real['image/png']!, EICAR])],
      ['the other test file', text(`PARLEY-TEST-${'THREAT-LOOK-HERE'}`)],
    ] as const
  ).flatMap(([name, data]) =>
    ['image/png', 'application/zip', 'text/plain'].map((contentType) => ({
      name: `malware ${name} as ${contentType}`,
      contentType,
      data,
      ends: ['quarantined'],
    })),
  );

const truncated = (real: Record<string, Buffer>): Odd[] =>
  IMAGES.flatMap((contentType) =>
    [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99].map((part) => ({
      name: `${contentType}, ${part * 100} % of it`,
      contentType,
      data: real[contentType]!.subarray(0, Math.max(1, real[contentType]!.length * part)),
      // Some decoders have all they need before the end.
      ends:
        part < 0.75
          ? ['unreadable', 'type_unsupported', 'codec_unsupported']
          : ['unreadable', 'ready', 'type_unsupported'],
    })),
  );

/** All of them. Made anew by each call; none is stored anywhere. */
export async function everyOddFile(): Promise<Odd[]> {
  const small = await pictures();
  return [
    ...bombs(),
    ...lies(small),
    ...disguised(),
    ...polyglots(small),
    ...malware(small),
    ...truncated(small),
    ...harmless(),
    ...real(),
  ];
}
