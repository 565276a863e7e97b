import { deflateSync, gzipSync } from 'node:zlib';
import { zip } from './hostile-files.ts';
import { type Odd, text } from './odd-file.ts';
import { SMALLEST, sample } from './samples.ts';

/** The smallest PDF. */
export const PDF = sample('smallest/pdf.pdf');

/** Files as people have them, and some that are only called wrong. */
export const harmless = (): Odd[] => {
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

/** Photos of real cameras, and the smallest files of many types as pictures. */
export const real = (): Odd[] => [
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
