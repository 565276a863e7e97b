import { createHash } from 'node:crypto';
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { type Header, MAX_PIXELS } from '#domain/media.ts';

// Whatever else the library can open (SVG, PDF, …) stays shut, whoever asks.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadWebp',
    'VipsForeignLoadTiff',
    'VipsForeignLoadHeif',
  ],
});
// No picture is opened twice, and a function decodes one at a time on about one processor.
sharp.cache(false);
sharp.concurrency(1);

/** The longest side of each rendition, in pixels. */
export const SIDES = { display: 1_280, thumbnail: 320 } as const;

/** Frames of the longest animation that is kept; all of them together have no more pixels than one picture may have. */
export const MAX_FRAMES = 500;

/** Seconds one step of the work may take: honest files of the largest size take a tenth. */
const SECONDS = 20;

/** A rendition as encoded. */
export interface Picture {
  readonly name: 'thumbnail' | 'display' | 'thumbnail-jpeg' | 'display-jpeg' | 'animation' | 'poster' | 'page';
  readonly contentType: 'image/webp' | 'image/jpeg';
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  readonly sha256: string;
}

/** What is made of a picture. */
export interface Rendered {
  readonly pictures: readonly Picture[];
  /** Pixels of the original, upright. */
  readonly width: number;
  readonly height: number;
  /** Base64. */
  readonly thumbhash: string;
  /** `#rrggbb`. */
  readonly colour: string;
}

/** Why nothing is made of it. */
export type Unrendered = 'unreadable' | 'timed_out';

/** What the decoder reads from the header, before a pixel is decoded; undefined when it cannot. */
export async function readHeader(data: Uint8Array): Promise<Header | undefined> {
  try {
    // Without a limit, so that a picture too large is told from one that cannot be read.
    const { format, width, height, compression } = await sharp(data, { limitInputPixels: false }).metadata();
    return { format, width, height, codec: compression };
  } catch {
    return undefined;
  }
}

const inside = (side: number) => ({ width: side, height: side, fit: 'inside', withoutEnlargement: true }) as const;

interface Pixels {
  readonly data: Uint8Array;
  readonly info: OutputInfo;
}

/** The input is in memory already: what fails here is the picture, or its time, and not the world. */
async function attempt<T>(work: () => Promise<T>): Promise<T | Unrendered> {
  try {
    return await work();
  } catch (error) {
    return error instanceof Error && /timeout/i.test(error.message) ? 'timed_out' : 'unreadable';
  }
}

const limited = { failOn: 'error', limitInputPixels: MAX_PIXELS } as const;

/** The first frame or page, upright, in sRGB, at the display rendition's size. */
const decode = (data: Uint8Array, seconds: number): Promise<Pixels> =>
  sharp(data, { ...limited, sequentialRead: true, pages: 1 })
    .timeout({ seconds })
    .autoOrient()
    .resize(inside(SIDES.display))
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });

const fromPixels = ({ data, info: { width, height, channels } }: Pixels): Sharp =>
  sharp(data, { raw: { width, height, channels } });

async function encoded(name: Picture['name'], image: Sharp): Promise<Picture> {
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return {
    name,
    contentType: info.format === 'jpeg' ? 'image/jpeg' : 'image/webp',
    width: info.width,
    // All frames of an animation lie under each other.
    height: info.pageHeight ?? info.height,
    data,
    sha256: createHash('sha256').update(data).digest('hex'),
  };
}

/**
 * WebP with the least effort: for a photo of 12 megapixels about 40 CPU-ms more than JPEG, a quarter fewer bytes, and it
 * keeps transparency (`npm run bench`). From pixels alone: no EXIF, no GPS, no profile can pass.
 */
const webp = (name: keyof typeof SIDES, pixels: Pixels): Promise<Picture> =>
  encoded(name, fromPixels(pixels).resize(inside(SIDES[name])).webp({ quality: 80, effort: 0 }));

/** For whoever cannot show WebP; what is transparent becomes white. */
const jpeg = (name: keyof typeof SIDES, pixels: Pixels): Promise<Picture> =>
  encoded(
    `${name}-jpeg`,
    fromPixels(pixels).resize(inside(SIDES[name])).flatten({ background: '#fff' }).jpeg({ quality: 80 }),
  );

/** A picture that moves, whole; undefined for one that does not, or that is more than can be kept in memory. */
async function animation(data: Uint8Array, seconds: number): Promise<Picture | undefined> {
  const { format, pages = 1, width, height } = await sharp(data, { limitInputPixels: false }).metadata();
  if (!['gif', 'webp'].includes(format) || pages < 2) return undefined;
  if (pages > MAX_FRAMES || pages * width * height > MAX_PIXELS) return undefined;
  const image = sharp(data, { ...limited, animated: true }).timeout({ seconds });
  return await encoded('animation', image.resize(inside(SIDES.display)).webp({ quality: 70, effort: 0 }));
}

/** What stands for a picture until it is there: https://evanw.github.io/thumbhash/ (of at most 100 pixels a side), and one colour. */
async function standIn(pixels: Pixels): Promise<{ readonly thumbhash: string; readonly colour: string }> {
  const { data, info } = await fromPixels(pixels)
    .resize(inside(100))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const { dominant } = await sharp(data, { raw: { width, height, channels } }).stats();
  const hex = [dominant.r, dominant.g, dominant.b].map((value) => value.toString(16).padStart(2, '0'));
  return {
    thumbhash: Buffer.from(rgbaToThumbHash(width, height, data)).toString('base64'),
    colour: `#${hex.join('')}`,
  };
}

/** Renditions of a picture and what is known of it, from one decode: everything is made of the display rendition's pixels. */
export const render = (
  data: Uint8Array,
  { jpeg: twins = false, seconds = SECONDS }: { readonly jpeg?: boolean | undefined; readonly seconds?: number } = {},
): Promise<Rendered | Unrendered> =>
  attempt(async () => {
    const pixels = await decode(data, seconds);
    const { autoOrient } = await sharp(data, limited).metadata();
    const small = twins ? [await jpeg('display', pixels), await jpeg('thumbnail', pixels)] : [];
    const moving = await animation(data, seconds);
    return {
      pictures: [await webp('display', pixels), await webp('thumbnail', pixels), ...small, ...(moving ? [moving] : [])],
      width: autoOrient.width,
      height: autoOrient.height,
      ...(await standIn(pixels)),
    };
  });
