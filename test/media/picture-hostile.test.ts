import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { readHeader, render } from '#functions/media/picture.ts';
import { plain, sample } from './samples.ts';

it('a picture that takes too long is given up, and the next one is not', async () => {
  // 39 megapixels of noise in frames: many seconds to encode anew.
  const [side, frames] = [300, 430];
  const noise = Buffer.alloc(side * side * frames * 3);
  for (let at = 0, value = 1; at < noise.length; at += 3) {
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
    noise.writeUIntLE(value >>> 8, at, 3);
  }
  const raw = { width: side, height: side * frames, channels: 3, pageHeight: side } as const;
  const slow = await sharp(noise, { raw }).webp({ effort: 0, quality: 1 }).toBuffer();
  expect(await render(slow, { seconds: 1 })).toBe('timed_out');
  expect(await render(sample('image01551.jpg'))).toMatchObject({ width: 61 });
});

describe('what is not opened', () => {
  let bomb: Buffer;
  beforeAll(async () => {
    bomb = await sharp({
      create: { width: 16_000, height: 16_000, channels: 3, background: '#000' },
      limitInputPixels: false,
    })
      .png({ compressionLevel: 9 })
      .toBuffer();
  });

  it('a file of a few hundred kilobytes that would decode to 768 MB', async () => {
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(await readHeader(bomb)).toMatchObject({ width: 16_000, height: 16_000 });
    expect(await render(bomb)).toBe('unreadable');
  });

  it.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'],
    ['PDF', '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>'],
    ['PPM', 'P3 1 1 255 1 2 3'],
    ['text', 'hello'],
  ])('%s, even when nobody asked what it is', async (_name, text) => {
    expect(await readHeader(Buffer.from(text))).toBeUndefined();
    expect(await render(Buffer.from(text))).toBe('unreadable');
  });

  it('a photo that breaks off', async () => {
    const whole = sample('landscape_6.jpg');
    expect(await render(whole.subarray(0, whole.length / 2))).toBe('unreadable');
    const png = await plain(300, 300).png().toBuffer();
    expect(await render(png.subarray(0, png.length / 2))).toBe('unreadable');
  });
});
