import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ENCODED,
  encodedSize,
  judgeContainer,
  MAX_FRAME_PIXELS,
  planOf,
  posterAt,
  type Track,
} from '#domain/recording.ts';

const VIDEO: Track = { kind: 'video', codec: 'h264', width: 1_920, height: 1_080, packets: 250, endMs: 10_000 };
const AUDIO: Track = { kind: 'audio', codec: 'aac', width: 0, height: 0, packets: 400, endMs: 10_020.4 };

describe('a container', () => {
  it.each([
    ['video', 'video/mp4', 'video/mp4', 'mov', 'video/mp4'],
    ['video', 'video/mp4', 'video/quicktime', 'mov', 'video/quicktime'],
    ['audio', 'audio/x-m4a', 'video/mp4', 'mov', 'audio/mp4'],
    ['audio', 'audio/webm', 'video/webm', 'matroska', 'audio/webm'],
    ['audio', 'audio/mpeg', 'audio/mpeg', 'mp3', 'audio/mpeg'],
    ['audio', 'audio/ogg', 'audio/ogg; codecs=opus', 'ogg', 'audio/ogg'],
    ['audio', 'audio/x-wav', 'audio/wav', 'wav', 'audio/wav'],
  ] as const)('of %s claimed as %s and found as %s is opened as %s', (kind, claimed, sniffed, container, found) => {
    expect(judgeContainer(kind, claimed, sniffed)).toEqual({ container, found });
  });

  it.each([
    ['video/mp4', 'video/webm', 'type_mismatch'],
    ['audio/mpeg', 'audio/wav', 'type_mismatch'],
    ['video/mp4', 'text/html', 'type_unsupported'],
    ['video/mp4', 'application/vnd.apple.mpegurl', 'type_unsupported'],
    ['video/mp4', undefined, 'type_unsupported'],
  ] as const)('claimed as %s and found as %s is refused: %s', (claimed, sniffed, reason) => {
    expect(judgeContainer('video', claimed, sniffed)).toBe(reason);
  });
});

describe('a plan', () => {
  it('encodes what fits', () => {
    expect(planOf('video', 1, [VIDEO, AUDIO])).toEqual({
      codec: 'h264',
      durationMs: 10_020,
      look: true,
      encode: true,
    });
    expect(planOf('audio', 1, [AUDIO])).toEqual({ codec: 'aac', durationMs: 10_020, look: true, encode: true });
  });

  it.each([
    ['longer', 'video', 1, [{ ...VIDEO, endMs: ENCODED.seconds.video * 1_000 + 1 }], true],
    ['longer', 'audio', 1, [{ ...AUDIO, endMs: ENCODED.seconds.audio * 1_000 + 1 }], true],
    ['larger', 'video', ENCODED.bytes + 1, [VIDEO], true],
    ['of more frames', 'video', 1, [{ ...VIDEO, packets: ENCODED.pixels / (1_920 * 1_080) + 1 }], true],
    ['of larger frames', 'video', 1, [{ ...VIDEO, width: MAX_FRAME_PIXELS, height: 2, packets: 1 }], false],
  ] as const)('only looks at what is %s, if that (%s)', (_what, kind, bytes, tracks, look) => {
    expect(planOf(kind, bytes, tracks)).toMatchObject({ look, encode: false });
  });

  it('encodes up to the bounds', () => {
    const longest = { ...VIDEO, endMs: ENCODED.seconds.video * 1_000, packets: ENCODED.pixels / (1_920 * 1_080) };
    expect(planOf('video', ENCODED.bytes, [longest])).toMatchObject({ encode: true });
    const largest = { ...VIDEO, width: 4_096, height: 2_304 };
    expect(planOf('video', 1, [largest])).toMatchObject({ encode: true });
  });

  it.each([
    ['nothing in it', 'video', [], 'unreadable'],
    ['no picture in a video', 'video', [AUDIO], 'type_mismatch'],
    ['no sound in an audio', 'audio', [VIDEO], 'type_mismatch'],
    ['no packets', 'video', [{ ...VIDEO, packets: 0 }], 'unreadable'],
    ['no time', 'audio', [{ ...AUDIO, endMs: 0 }], 'unreadable'],
    ['time that is no number', 'audio', [{ ...AUDIO, endMs: Number.NaN }], 'unreadable'],
    ['a picture of another codec', 'video', [{ ...VIDEO, codec: 'svq3' }], 'codec_unsupported'],
    ['a sound of another codec', 'video', [VIDEO, { ...AUDIO, codec: 'wmav2' }], 'codec_unsupported'],
  ] as const)('refuses %s', (_what, kind, tracks, reason) => {
    expect(planOf(kind, 1, tracks)).toBe(reason);
  });

  it('does not mind a picture that is not looked at', () => {
    expect(planOf('audio', 1, [AUDIO, { ...VIDEO, codec: 'png' }])).toMatchObject({ encode: true });
  });
});

it('a poster is from a tenth of the time', () => {
  expect([40, 999, 10_000, 600_000].map(posterAt)).toEqual([0.004, 0.099, 1, 60]);
});

it('a video is encoded in its own shape, at most 720 by 1280 either way, never larger, with even sides', () => {
  expect(encodedSize(1_920, 1_080)).toEqual({ width: 1_280, height: 720 });
  expect(encodedSize(1_080, 1_920)).toEqual({ width: 720, height: 1_280 });
  expect(encodedSize(320, 240)).toEqual({ width: 320, height: 240 });
  expect(encodedSize(2_000, 2_000)).toEqual({ width: 720, height: 720 });
  const side = fc.integer({ min: 1, max: 8_192 });
  fc.assert(
    fc.property(side, side, (width, height) => {
      const made = encodedSize(width, height);
      for (const length of [made.width, made.height]) expect(length % 2).toBe(0);
      expect(Math.min(made.width, made.height)).toBeLessThanOrEqual(720);
      expect(Math.max(made.width, made.height)).toBeLessThanOrEqual(1_280);
      expect(made.width).toBeLessThanOrEqual(width + 1);
      expect(made.height).toBeLessThanOrEqual(height + 1);
    }),
  );
});
