import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { boxAt, boxesOf } from './boxes.ts';
import {
  accepted,
  bytesOf,
  fileOf,
  freshPath,
  H264,
  peaksOf,
  picture,
  processed,
  record,
  rendition,
  run,
  sound,
  streamsOf,
  VP9,
} from './recordings.ts';

const SECRETS = ['+48.1372+011.5756/', 'Secret Title', 'Jane Secret', 'Secret Chapter', '2019-05-04'];
const TAGS = [
  ...['-metadata', 'location=+48.1372+011.5756/', '-metadata', 'location-eng=+48.1372+011.5756/'],
  ...['-metadata', 'com.apple.quicktime.location.ISO6709=+48.1372+011.5756/', '-metadata', 'title=Secret Title'],
  ...['-metadata', 'artist=Jane Secret', '-metadata', 'comment=2019-05-04', '-metadata:s', 'title=Secret Title'],
  ...['-metadata:s', 'handler_name=Jane Secret', '-metadata', 'creation_time=2019-05-04T10:00:00Z'],
];
const CHAPTERS =
  ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=Secret Chapter\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=500\nEND=1000\ntitle=Secret Chapter\n';

/** What the boxes for user data hold at their end: an `ilst` of 8 bytes is a list of no tags. */
const tagsOf = (file: Buffer): string[] =>
  boxesOf(file).flatMap(({ path, data }) => (path.endsWith('/udta') ? [data.subarray(-8).toString('latin1')] : []));
const NO_TAGS = ['\x00\x00\x00\x08ilst'];

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
