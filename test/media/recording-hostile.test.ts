import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeRecording } from '#functions/media/recording.ts';
import { boxAt } from './boxes.ts';
import { accepted, fileOf, freshPath, H264, peaksOf, picture, processed, record, sound, VP9 } from './recordings.ts';
import { SMALLEST, sample } from './samples.ts';

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
