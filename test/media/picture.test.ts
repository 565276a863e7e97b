import sharp from 'sharp';
import { thumbHashToRGBA } from 'thumbhash';
import { describe, expect, it } from 'vitest';
import { MAX_FRAMES, type Picture, readHeader, render, SIDES } from '#functions/media/picture.ts';
import { sniff } from '#functions/media/sniff.ts';
import { hasGps, plain, sample } from './samples.ts';

/** Both renditions of a file that is expected to decode. */
async function renditions(data: Uint8Array): Promise<{ display: Picture; thumbnail: Picture }> {
  const made = await render(data);
  if (typeof made === 'string') throw new Error(`the picture is ${made}`);
  const [display, thumbnail] = made.pictures;
  if (display?.name !== 'display' || thumbnail?.name !== 'thumbnail') throw new Error('renditions are missing');
  return { display, thumbnail };
}

const pixelAt = async (data: Uint8Array, left: number, top: number): Promise<number[]> => [
  ...(await sharp(data).extract({ left, top, width: 1, height: 1 }).removeAlpha().raw().toBuffer()),
];

const near = (found: readonly number[], wanted: readonly number[], by: number): boolean =>
  found.length === wanted.length && found.every((value, index) => Math.abs(value - wanted[index]!) <= by);

describe('real photos', () => {
  it.each([
    { name: 'landscape_6.jpg', stored: [450, 600], upright: [600, 450] },
    { name: 'portrait_8.jpg', stored: [600, 450], upright: [450, 600] },
  ])('turns $name upright', async ({ name, stored, upright }) => {
    const header = await readHeader(sample(name));
    expect([header?.width, header?.height]).toEqual(stored);
    const { display, thumbnail } = await renditions(sample(name));
    expect([display.width, display.height]).toEqual(upright);
    expect(thumbnail.width > thumbnail.height).toBe(upright[0]! > upright[1]!);
  });

  it('turns all eight orientations into the same picture', async () => {
    // Red, green, blue and white corners tell turns and mirrors apart.
    const corners = await plain(64, 32, '#000')
      .composite(
        (['#f00', '#0f0', '#00f', '#fff'] as const).map((background, index) => ({
          input: { create: { width: 32, height: 16, channels: 3 as const, background } },
          left: (index % 2) * 32,
          top: index < 2 ? 0 : 16,
        })),
      )
      .png()
      .toBuffer();
    // How upright pixels must be stored so that the orientation turns them upright again (EXIF 2.32, tag 274).
    const stored: Record<number, { turn: number; mirror: boolean }> = {
      1: { turn: 0, mirror: false },
      2: { turn: 0, mirror: true },
      3: { turn: 180, mirror: false },
      4: { turn: 180, mirror: true },
      5: { turn: 90, mirror: true },
      6: { turn: 270, mirror: false },
      7: { turn: 270, mirror: true },
      8: { turn: 90, mirror: false },
    };
    for (const [orientation, { turn, mirror }] of Object.entries(stored)) {
      const turned = await sharp(await sharp(corners).rotate(turn).png().toBuffer())
        .flop(mirror)
        .png()
        .toBuffer();
      const file = await sharp(turned)
        .withMetadata({ orientation: Number(orientation) })
        .jpeg({ quality: 95 })
        .toBuffer();
      const { display } = await renditions(file);
      expect([orientation, display.width, display.height]).toEqual([orientation, 64, 32]);
      expect([orientation, near(await pixelAt(display.data, 8, 4), [255, 0, 0], 30)]).toEqual([orientation, true]);
      expect([orientation, near(await pixelAt(display.data, 56, 4), [0, 255, 0], 30)]).toEqual([orientation, true]);
      expect([orientation, near(await pixelAt(display.data, 8, 28), [0, 0, 255], 30)]).toEqual([orientation, true]);
    }
  });

  it.each(['DSCN0010.jpg', 'DSCN0021.jpg'])('takes place and camera out of %s', async (name) => {
    const before = await sharp(sample(name)).metadata();
    expect(hasGps(before.exif!)).toBe(true);
    for (const { data } of Object.values(await renditions(sample(name)))) {
      const { exif, xmp, iptc, icc, orientation } = await sharp(data).metadata();
      expect({ exif, xmp, iptc, icc, orientation }).toEqual({});
      expect(Buffer.from(data).toString('latin1')).not.toMatch(/EXIF|XMP |ICCP|NIKON/);
    }
  });

  it('reads TIFF', async () => {
    const { display } = await renditions(sample('Jobagent.tiff'));
    expect([display.width, display.height, display.contentType]).toEqual([264, 84, 'image/webp']);
  });

  it('reads the smallest JPEG there is', async () => {
    const { display, thumbnail } = await renditions(sample('smallest/jpeg.jpg'));
    expect([display.width, display.height, thumbnail.width, thumbnail.height]).toEqual([1, 1, 1, 1]);
  });
});

describe('renditions', () => {
  it('fit inside their sides and are never enlarged', async () => {
    const large = await renditions(await plain(4_000, 1_000).png().toBuffer());
    expect([large.display.width, large.display.height]).toEqual([SIDES.display, 320]);
    expect([large.thumbnail.width, large.thumbnail.height]).toEqual([SIDES.thumbnail, 80]);
    const small = await renditions(await plain(200, 100).png().toBuffer());
    expect([small.display.width, small.thumbnail.width]).toEqual([200, 200]);
  });

  it('are what they say: type, size and digest', async () => {
    for (const picture of Object.values(await renditions(sample('DSCN0010.jpg')))) {
      expect(await sniff(picture.data)).toBe(picture.contentType);
      const { width, height } = await sharp(picture.data).metadata();
      expect([width, height]).toEqual([picture.width, picture.height]);
      const digest = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(picture.data))).toString('hex');
      expect(picture.sha256).toBe(digest);
    }
  });

  it('keep colours of other colour spaces as they look', async () => {
    const wide = await plain(32, 32).withIccProfile('p3').png().toBuffer();
    const stored = await sharp(wide, { ignoreIcc: true })
      .extract({ left: 1, top: 1, width: 1, height: 1 })
      .raw()
      .toBuffer();
    expect(near([...stored], [180, 80, 80], 3)).toBe(false);
    const { display } = await renditions(wide);
    expect(await pixelAt(display.data, 16, 16)).toSatisfy((pixel: number[]) => near(pixel, [180, 80, 80], 3));
  });

  it('are in sRGB even when the source is for print', async () => {
    const print = await plain(32, 32).toColourspace('cmyk').jpeg().toBuffer();
    expect((await sharp(print).metadata()).space).toBe('cmyk');
    const { display } = await renditions(print);
    expect((await sharp(display.data).metadata()).space).toBe('srgb');
  });

  it('keep transparency', async () => {
    const half = await sharp({
      create: { width: 8, height: 8, channels: 4, background: { r: 1, g: 2, b: 3, alpha: 0.5 } },
    })
      .png()
      .toBuffer();
    const { thumbnail } = await renditions(half);
    expect((await sharp(thumbnail.data).metadata()).hasAlpha).toBe(true);
  });

  it('show the first frame of what moves and the first page of what has several', async () => {
    const frames = await Promise.all(['#f00', '#0f0'].map((colour) => plain(20, 10, colour).png().toBuffer()));
    for (const format of ['gif', 'webp'] as const) {
      const moving = await sharp(frames, { join: { animated: true } })
        .toFormat(format)
        .toBuffer();
      expect((await sharp(moving).metadata()).pages).toBe(2);
      const { display } = await renditions(moving);
      expect([display.width, display.height]).toEqual([20, 10]);
      expect(near(await pixelAt(display.data, 5, 5), [255, 0, 0], 12)).toBe(true);
    }
  });

  it('hold nothing of a page that was hidden behind the picture', async () => {
    const page = '<script>alert(document.domain)</script>';
    const polyglot = Buffer.concat([sample('image01551.jpg'), Buffer.from(`<html>${page}</html>`)]);
    for (const { data } of Object.values(await renditions(polyglot)))
      expect(Buffer.from(data).includes('<script')).toBe(false);
  });
});

describe('what is known of a picture', () => {
  const made = async (data: Uint8Array, options?: Parameters<typeof render>[1]) => {
    const rendered = await render(data, options);
    if (typeof rendered === 'string') throw new Error(rendered);
    return rendered;
  };

  it('is its size as it is shown, whatever is made of it', async () => {
    expect(await made(await plain(3_000, 20).png().toBuffer())).toMatchObject({ width: 3_000, height: 20 });
    expect(await made(sample('landscape_6.jpg'))).toMatchObject({ width: 600, height: 450 });
  });

  it('is the colour there is most of', async () => {
    const { colour } = await made(await plain(64, 64, '#2040c0').png().toBuffer());
    const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    expect(near(channels, [0x20, 0x40, 0xc0], 12)).toBe(true);
  });

  it('is a blurred picture of a few bytes', async () => {
    const { thumbhash } = await made(sample('portrait_8.jpg'));
    const bytes = Buffer.from(thumbhash, 'base64');
    expect(bytes.length).toBeLessThan(40);
    const { w, h, rgba } = thumbHashToRGBA(bytes);
    expect(w < h).toBe(true);
    expect(rgba.length).toBe(w * h * 4);
  });

  it('comes as JPEG too where that was asked for, with white for what is transparent', async () => {
    const clear = await sharp({
      create: { width: 400, height: 200, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const { pictures } = await made(clear, { jpeg: true });
    expect(pictures.map(({ name, contentType, width }) => [name, contentType, width])).toEqual([
      ['display', 'image/webp', 400],
      ['thumbnail', 'image/webp', 320],
      ['display-jpeg', 'image/jpeg', 400],
      ['thumbnail-jpeg', 'image/jpeg', 320],
    ]);
    expect(await pixelAt(pictures[2]!.data, 5, 5)).toEqual([255, 255, 255]);
    for (const { data, contentType } of pictures) expect(await sniff(data)).toBe(contentType);
  });
});

describe('what moves', () => {
  const moving = async (frames: number, side: number, format: 'gif' | 'webp'): Promise<Buffer> => {
    const colours = await Promise.all(
      Array.from({ length: frames }, (_, index) =>
        plain(side, side, `#${(index * 4_099).toString(16).padStart(6, '0')}`)
          .png()
          .toBuffer(),
      ),
    );
    return await sharp(colours, { join: { animated: true } })
      .toFormat(format)
      .toBuffer();
  };
  const animationOf = async (data: Uint8Array) => {
    const rendered = await render(data);
    if (typeof rendered === 'string') throw new Error(rendered);
    return rendered.pictures.find(({ name }) => name === 'animation');
  };

  it.each(['gif', 'webp'] as const)('in a %s goes on moving', async (format) => {
    const animation = await animationOf(await moving(3, 20, format));
    expect(animation).toMatchObject({ contentType: 'image/webp', width: 20, height: 20 });
    expect((await sharp(animation!.data).metadata()).pages).toBe(3);
  });

  it('too long or too large is shown by its first frame', async () => {
    expect(await animationOf(await moving(MAX_FRAMES + 1, 2, 'gif'))).toBeUndefined();
    expect(await animationOf(await moving(2, 4_500, 'gif'))).toBeUndefined();
    expect(await animationOf(await plain(20, 20).gif().toBuffer())).toBeUndefined();
  });
});
