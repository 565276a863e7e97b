import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { makeRecording } from '#functions/media/recording.ts';
import { boxAt, boxesOf } from './boxes.ts';
import {
  accepted,
  bytesOf,
  fileOf,
  freshPath,
  H264,
  picture,
  processed,
  record,
  rendition,
  run,
  sound,
} from './recordings.ts';
import { SMALLEST, sample } from './samples.ts';

const VP9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'];
const SECRETS = ['+48.1372+011.5756/', 'Secret Title', 'Jane Secret', 'Secret Chapter', '2019-05-04'];
const TAGS = [
  ...['-metadata', 'location=+48.1372+011.5756/', '-metadata', 'location-eng=+48.1372+011.5756/'],
  ...['-metadata', 'com.apple.quicktime.location.ISO6709=+48.1372+011.5756/', '-metadata', 'title=Secret Title'],
  ...['-metadata', 'artist=Jane Secret', '-metadata', 'comment=2019-05-04', '-metadata:s', 'title=Secret Title'],
  ...['-metadata:s', 'handler_name=Jane Secret', '-metadata', 'creation_time=2019-05-04T10:00:00Z'],
];
const CHAPTERS =
  ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=Secret Chapter\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=500\nEND=1000\ntitle=Secret Chapter\n';

/** What ffmpeg finds in a file that was made here: codec and size of each stream. */
const streamsOf = (file: string): string[] =>
  [
    ...run('-i', file, '-c', 'copy', '-map', '0', '-f', 'framecrc', '-').matchAll(
      /^#(codec_id|dimensions) \d+: (.+)$/gm,
    ),
  ].map(([, , value]) => value!);

/** What the boxes for user data hold at their end: an `ilst` of 8 bytes is a list of no tags. */
const tagsOf = (file: Buffer): string[] =>
  boxesOf(file).flatMap(({ path, data }) => (path.endsWith('/udta') ? [data.subarray(-8).toString('latin1')] : []));
const NO_TAGS = ['\x00\x00\x00\x08ilst'];

const peaksOf = (waveform: string | undefined): number[] => [...Buffer.from(waveform ?? '', 'base64')];

describe('a video', () => {
  const hd = record('hd.mp4', ...picture('1920x1080', 2, 50), ...sound(2), ...H264, '-c:a', 'aac');

  it('becomes a poster, a thumbnail and 720 lines of H.264 and AAC, with the index in front', async () => {
    const made = await accepted(hd, 'video/mp4');
    expect(made.original).toBe(false);
    const found = { found: 'video/mp4', codec: 'h264', durationMs: 2_000, width: 1_920, height: 1_080 };
    expect(made.facts).toMatchObject(found);
    expect(made.renditions.map(({ name, contentType }) => [name, contentType])).toEqual([
      ['poster', 'image/webp'],
      ['thumbnail', 'image/webp'],
      ['video', 'video/mp4'],
    ]);
    const video = rendition(made, 'video');
    expect(video).toMatchObject({ width: 1_280, height: 720, bytes: bytesOf(video).length });
    expect(streamsOf(fileOf('made.mp4', bytesOf(video)))).toEqual(['h264', '1280x720', 'aac']);
    const order = boxesOf(bytesOf(video)).map(({ path }) => path);
    expect(order.indexOf('moov')).toBeLessThan(order.indexOf('mdat'));
    const poster = rendition(made, 'poster');
    expect(await sharp(bytesOf(poster)).metadata()).toMatchObject({ width: poster.width, height: poster.height });
  });

  it('is at most 30 frames a second', async () => {
    const video = bytesOf(rendition(await accepted(hd, 'video/mp4'), 'video'));
    // Samples of the first track, the picture's: `stsz`, ISO/IEC 14496-12, 8.7.3.
    const frames = boxAt(video, 'moov/trak/mdia/minf/stbl/stsz').data.readUInt32BE(8);
    expect(frames).toBeGreaterThan(50);
    expect(frames).toBeLessThan(70);
  });

  it.each([
    ['WebM', 'x.webm', 'video/webm', [...VP9, '-c:a', 'libopus'], 'vp9', 'video/webm'],
    ['QuickTime', 'x.mov', 'video/quicktime', [...H264, '-c:a', 'pcm_s16le'], 'h264', 'video/quicktime'],
    ['VP8', 'x.webm', 'video/webm', ['-c:v', 'libvpx', '-c:a', 'libvorbis'], 'vp8', 'video/webm'],
    [
      'HEVC',
      'x.mp4',
      'video/mp4',
      ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none'],
      'hevc',
      'video/mp4',
    ],
    ['AV1', 'x.mp4', 'video/mp4', ['-c:v', 'libsvtav1', '-preset', '12', '-svtav1-params', 'lp=1'], 'av1', 'video/mp4'],
    ['MPEG-4 in an odd size', 'x.mp4', 'video/mp4', ['-c:v', 'mpeg4'], 'mpeg4', 'video/mp4'],
  ])('in %s is taken and never made larger', async (_name, name, type, codecs, codec, found) => {
    const path = record(name, ...picture('322x242', 1), ...sound(1), ...codecs);
    const made = await accepted(path, type);
    expect(made.facts).toMatchObject({ found, codec, width: 322, height: 242 });
    expect(rendition(made, 'video')).toMatchObject({ width: 322, height: 242 });
    expect(streamsOf(fileOf('made.mp4', bytesOf(rendition(made, 'video'))))).toEqual(['h264', '322x242', 'aac']);
  });

  it('without sound stays without', async () => {
    const made = await accepted(record('x.mp4', ...picture('64x64', 1), ...H264), 'video/mp4');
    expect(streamsOf(fileOf('made.mp4', bytesOf(rendition(made, 'video'))))).toEqual(['h264', '64x64']);
  });

  it('of pixels that are not square is shown in its true shape', async () => {
    const path = record('x.mp4', ...picture('320x240', 1), '-vf', 'setsar=2', ...H264);
    const made = await accepted(path, 'video/mp4');
    expect(made.facts).toMatchObject({ width: 640, height: 240 });
    expect(rendition(made, 'video')).toMatchObject({ width: 640, height: 240 });
  });

  it('as a browser records it, without a length or an index, is taken', async () => {
    const path = freshPath('live.webm');
    run(...picture('64x64', 2), ...sound(2), ...VP9, '-c:a', 'libopus', '-live', '1', '-f', 'webm', path);
    expect((await accepted(path, 'video/webm')).facts.durationMs).toBeGreaterThanOrEqual(2_000);
  });

  it('that was turned is upright, and nothing tells where, when and by whom it was made', async () => {
    const chapters = fileOf('chapters.txt', CHAPTERS);
    const turned = record(
      'x.mov',
      ...['-display_rotation', '90', '-i', hd, '-f', 'ffmetadata', '-i', chapters, '-map', '0', '-map_chapters', '1'],
      ...['-c', 'copy', '-movflags', 'use_metadata_tags', ...TAGS],
    );
    const classic = record('y.mov', '-display_rotation', '90', '-i', hd, '-c', 'copy', ...TAGS);
    for (const secret of SECRETS) {
      if (secret === '2019-05-04') continue;
      const sources = [readFileSync(turned), readFileSync(classic)];
      expect(
        sources.some((source) => source.includes(secret)),
        secret,
      ).toBe(true);
    }
    for (const path of [turned, classic]) {
      const made = await accepted(path, 'video/quicktime');
      expect(made.facts).toMatchObject({ width: 1_080, height: 1_920 });
      const video = bytesOf(rendition(made, 'video'));
      expect(rendition(made, 'video')).toMatchObject({ width: 720, height: 1_280 });
      expect(streamsOf(fileOf('made.mp4', video))).toEqual(['h264', '720x1280', 'aac']);
      for (const one of made.renditions)
        for (const secret of SECRETS) expect(bytesOf(one).includes(secret), `${one.name}: ${secret}`).toBe(false);
      const boxes = boxesOf(video);
      expect(boxes.filter(({ path }) => /uuid|xyz|loci|tref/.test(path))).toEqual([]);
      expect(tagsOf(video)).toEqual(NO_TAGS);
      // Creation and change, seconds since 1904: `mvhd`, ISO/IEC 14496-12, 8.2.2.
      expect(boxAt(video, 'moov/mvhd').data.readBigUInt64BE(4)).toBe(0n);
      const poster = await sharp(bytesOf(rendition(made, 'poster'))).metadata();
      expect([poster.exif, poster.xmp, poster.icc, poster.iptc]).toEqual([undefined, undefined, undefined, undefined]);
    }
  });

  it('gives a poster from a tenth of its time', async () => {
    const path = record(
      'x.mp4',
      ...['-f', 'lavfi', '-i', 'color=black:s=64x64:d=0.5', '-f', 'lavfi', '-i', 'color=white:s=64x64:d=9.5'],
      ...['-filter_complex', '[0][1]concat', ...H264],
    );
    const poster = bytesOf(rendition(await accepted(path, 'video/mp4'), 'poster'));
    const { channels } = await sharp(poster).stats();
    for (const { mean } of channels.slice(0, 3)) expect(mean).toBeGreaterThan(240);
  });
});

describe('a sound', () => {
  it.each([
    ['x.mp3', 'audio/mpeg', ['-c:a', 'libmp3lame'], 'mp3', 'audio/mpeg'],
    ['x.wav', 'audio/wav', [], 'pcm_s16le', 'audio/wav'],
    ['x.wav', 'audio/x-wav', ['-c:a', 'pcm_s24le'], 'pcm_s24le', 'audio/wav'],
    ['x.ogg', 'audio/ogg', ['-c:a', 'libopus'], 'opus', 'audio/ogg'],
    ['x.ogg', 'audio/ogg', ['-c:a', 'libvorbis'], 'vorbis', 'audio/ogg'],
    ['x.m4a', 'audio/x-m4a', ['-c:a', 'aac'], 'aac', 'audio/mp4'],
    ['x.m4a', 'audio/mp4', ['-c:a', 'alac'], 'alac', 'audio/mp4'],
    ['x.aac', 'audio/aac', ['-c:a', 'aac'], 'aac', 'audio/aac'],
    ['x.flac', 'audio/flac', [], 'flac', 'audio/flac'],
    ['x.webm', 'audio/webm', ['-c:a', 'libopus'], 'opus', 'audio/webm'],
  ])('as %s (%s) becomes AAC with a waveform', async (name, type, codecs, codec, found) => {
    const made = await accepted(record(name, ...sound(2), ...codecs, ...TAGS), type);
    expect(made.original).toBe(false);
    expect(made.facts).toMatchObject({ found, codec });
    expect(Math.abs(made.facts.durationMs - 2_000)).toBeLessThan(60);
    expect(peaksOf(made.facts.waveform)).toHaveLength(256);
    expect(made.renditions.map(({ name, contentType, width }) => [name, contentType, width])).toEqual([
      ['audio', 'audio/mp4', null],
    ]);
    const audio = bytesOf(rendition(made, 'audio'));
    expect(streamsOf(fileOf('made.m4a', audio))).toEqual(['aac']);
    for (const secret of SECRETS) expect(audio.includes(secret), secret).toBe(false);
    expect(tagsOf(audio)).toEqual(NO_TAGS);
  });

  it('has a waveform that shows when it is loud', async () => {
    const path = record(
      'x.wav',
      ...['-f', 'lavfi', '-i', 'aevalsrc=0:d=1', '-f', 'lavfi', '-i', 'aevalsrc=sin(2*PI*440*t):d=1'],
      ...['-filter_complex', '[0][1]concat=v=0:a=1', '-ar', '44100'],
    );
    const peaks = peaksOf((await accepted(path, 'audio/wav')).facts.waveform);
    for (const peak of peaks.slice(0, 126)) expect(peak).toBeLessThan(5);
    for (const peak of peaks.slice(131, 254)) expect(peak).toBeGreaterThan(240);
  });

  it('with a cover gives no picture', async () => {
    const path = record(
      'x.mp3',
      ...[...sound(2), '-f', 'lavfi', '-i', 'color=red:s=100x100:d=0.04', '-map', '0', '-map', '1', '-c:v', 'mjpeg'],
      ...['-frames:v', '1', '-af', 'apad=whole_dur=2', '-shortest', '-disposition:v', 'attached_pic'],
    );
    expect(readFileSync(path).includes('APIC')).toBe(true);
    const made = await processed(path, 'audio/mpeg');
    if (typeof made === 'string') throw new Error(made);
    expect(streamsOf(fileOf('made.m4a', bytesOf(rendition(made, 'audio'))))).toEqual(['aac']);
  });

  it('of six channels becomes stereo', async () => {
    const path = record('x.wav', '-f', 'lavfi', '-i', 'sine=d=1', '-af', 'pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0');
    const made = await accepted(path, 'audio/wav');
    const audio = fileOf('made.m4a', bytesOf(rendition(made, 'audio')));
    expect(run('-i', audio, '-c', 'copy', '-f', 'framecrc', '-')).toContain('channel_layout_name 0: stereo');
  });
});

describe('what is too much to be encoded', () => {
  it('is kept as it came, with a poster: a video of eleven minutes', async () => {
    const path = record('x.mp4', ...picture('64x64', 660, 1), '-c:v', 'mpeg4');
    const made = await accepted(path, 'video/mp4');
    expect(made.original).toBe(true);
    expect(made.facts.durationMs).toBe(660_000);
    expect(made.renditions.map(({ name }) => name)).toEqual(['poster', 'thumbnail']);
  });

  it('is kept as it came, with a waveform: a sound that says of each packet that it lasts minutes', async () => {
    const long = readFileSync(record('x.m4a', ...sound(2), '-c:a', 'aac', '-use_editlist', '0'));
    // `stts`, ISO/IEC 14496-12, 8.6.1.2: the first entry's duration a sample.
    long.writeUInt32BE(44_100 * 120, boxAt(long, 'moov/trak/mdia/minf/stbl/stts').at + 12);
    const made = await accepted(fileOf('x.m4a', long), 'audio/mp4');
    expect(made.original).toBe(true);
    expect(Math.max(...peaksOf(made.facts.waveform))).toBeGreaterThan(20);
    expect(made.renditions).toEqual([]);
  });

  it('is kept as it came, unseen: frames too large to be decoded', async () => {
    const path = record('x.mp4', '-f', 'lavfi', '-i', 'color=s=8192x4096:r=1:d=1', ...H264);
    const made = await accepted(path, 'video/mp4');
    expect(made).toMatchObject({ original: true, renditions: [], facts: { durationMs: 1_000 } });
    expect(made.facts).not.toHaveProperty('width');
  });
});

describe('a header that lies', () => {
  const honest = readFileSync(record('x.mp4', ...picture('320x240', 2), ...H264));

  it('of ten hours changes nothing: packets are counted', async () => {
    const lie = Buffer.from(honest);
    // Duration of the film, of the track and of its media (ISO/IEC 14496-12, 8.2.2, 8.3.2, 8.4.2), version 0.
    for (const [path, offset] of [
      ['moov/mvhd', 16],
      ['moov/trak/tkhd', 20],
      ['moov/trak/mdia/mdhd', 16],
    ] as const)
      lie.writeUInt32BE(3_600_000 * 10, boxAt(honest, path).at + offset);
    const made = await accepted(fileOf('x.mp4', lie), 'video/mp4');
    expect(made.original).toBe(false);
    expect(made.facts.durationMs).toBe(2_000);
  });

  it('of 4K changes nothing: what is decoded is measured', async () => {
    const lie = Buffer.from(honest);
    const { at } = boxAt(honest, 'moov/trak/mdia/minf/stbl/stsd');
    // The first sample entry's width and height (8.5.2 and 12.1.3).
    lie.writeUInt16BE(3_840, at + 8 + 32);
    lie.writeUInt16BE(2_160, at + 8 + 34);
    const made = await accepted(fileOf('x.mp4', lie), 'video/mp4');
    expect(made.facts).toMatchObject({ width: 320, height: 240 });
  });

  it('of a small picture does not make a large one decode', async () => {
    const large = readFileSync(record('x.mp4', '-f', 'lavfi', '-i', 'color=s=8192x4096:r=1:d=1', ...H264));
    const { at } = boxAt(large, 'moov/trak/mdia/minf/stbl/stsd');
    large.writeUInt16BE(320, at + 8 + 32);
    large.writeUInt16BE(240, at + 8 + 34);
    const made = await processed(fileOf('x.mp4', large), 'video/mp4');
    expect(made === 'unreadable' || (typeof made !== 'string' && made.renditions.length === 0)).toBe(true);
  });

  it('of a packet that lasts ten hours is not encoded', async () => {
    const lie = Buffer.from(honest);
    const { at, data } = boxAt(honest, 'moov/trak/mdia/minf/stbl/stts');
    expect(data.readUInt32BE(4)).toBe(1);
    lie.writeUInt32BE(12_800 * 3_600, at + 12);
    expect(await accepted(fileOf('x.mp4', lie), 'video/mp4')).toMatchObject({ original: true });
  });
});

/** Where the samples of a WAV begin, as ffmpeg writes it. */
const samplesAt = (wav: Buffer): number => wav.indexOf('data') + 8;

describe('what is refused', () => {
  const mp4 = readFileSync(record('x.mp4', ...picture('320x240', 2), ...sound(2), ...H264, '-movflags', '+faststart'));
  const late = readFileSync(record('y.mp4', ...picture('320x240', 2), ...H264));
  const webm = readFileSync(record('x.webm', ...picture('320x240', 2), ...VP9));
  const wav = readFileSync(record('x.wav', ...sound(2)));

  const refused: [what: string, type: string, content: () => string | Uint8Array, reason: string][] = [
    ['a video that breaks off', 'video/mp4', () => mp4.subarray(0, mp4.length * 0.6), 'unreadable'],
    ['a video that ends before its index', 'video/mp4', () => late.subarray(0, late.length * 0.6), 'unreadable'],
    ['a WebM that breaks off', 'video/webm', () => webm.subarray(0, webm.length * 0.6), 'unreadable'],
    ['a sound that breaks off', 'audio/wav', () => wav.subarray(0, wav.length * 0.6), 'unreadable'],
    ['nothing but an index', 'video/mp4', () => mp4.subarray(0, boxAt(mp4, 'mdat').at), 'unreadable'],
    [
      'noise with a name',
      'video/mp4',
      () => Buffer.concat([mp4.subarray(0, 32), Buffer.alloc(9_999, 7)]),
      'unreadable',
    ],
    ['a sound of no samples', 'audio/wav', () => wav.subarray(0, samplesAt(wav)), 'unreadable'],
    ['a WebM that says it is MP4', 'video/mp4', () => webm, 'type_mismatch'],
    ['a sound that says it is a video', 'video/mp4', () => wav, 'type_mismatch'],
    ['a playlist', 'video/mp4', () => '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n', 'type_unsupported'],
    ['a concat script', 'video/mp4', () => "ffconcat version 1.0\nfile '/etc/passwd'\n", 'type_unsupported'],
    [
      'a playlist behind an MP4’s first bytes',
      'video/mp4',
      () => `${mp4.subarray(0, 32).toString('latin1')}\n#EXTM3U\n`,
      'unreadable',
    ],
    ['a page', 'audio/mpeg', () => '<!doctype html><script>alert(1)</script>', 'type_unsupported'],
  ];
  it.each(refused)('%s', async (_name, type, content, reason) => {
    expect(await processed(fileOf('x', content()), type)).toBe(reason);
  });

  it('a sound alone as a video, a codec that nobody looked at', async () => {
    const alone = record('x.mp4', ...sound(1), '-c:a', 'aac');
    expect(await processed(alone, 'video/mp4')).toBe('type_mismatch');
    const old = record('x.mov', ...picture('64x64', 1), '-c:v', 'qtrle');
    expect(await processed(old, 'video/quicktime')).toBe('codec_unsupported');
  });

  it('whatever lies around: the smallest files of many types end as something', async () => {
    for (const name of SMALLEST)
      for (const type of ['video/mp4', 'video/webm', 'audio/mpeg', 'audio/ogg']) {
        const result = await processed(fileOf('x', sample(name)), type);
        expect(typeof result, `${name} as ${type}`).toBe('string');
      }
  });

  it('nothing that is wrong with bytes is an outage', async () => {
    for (const [source, type] of [
      [mp4, 'video/mp4'],
      [webm, 'video/webm'],
    ] as const)
      for (let turn = 1; turn <= 8; turn += 1) {
        const broken = Buffer.from(source);
        for (let at = turn * 97; at < broken.length; at += 41 * turn * turn) broken[at]! ^= 1 << (at % 8);
        const result = await processed(fileOf('x', broken), type);
        expect(['string', 'object']).toContain(typeof result);
      }
  });

  it('but a disk that cannot be read is an outage', async () => {
    const gone = {
      path: freshPath('gone'),
      bytes: 1,
      kind: 'video',
      contentType: 'video/mp4',
      folder: '/tmp',
    } as const;
    await expect(makeRecording(gone)).rejects.toThrow('ENOENT');
  });
});
