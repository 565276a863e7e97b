import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp, { type Sharp } from 'sharp';

const folder = resolve(import.meta.dirname, '../..', process.env.PARLEY_SAMPLES ?? '../shared/data', 'media');

if (!existsSync(folder))
  throw new Error(`the sample photos are not in ${folder}: set PARLEY_SAMPLES to the folder that holds media/`);

/** A real photo or broken file, by its path below `media/`. */
export const sample = (name: string): Buffer => readFileSync(join(folder, name));

/** Names of the smallest files of many types. */
export const SMALLEST = readdirSync(join(folder, 'smallest')).map((name) => `smallest/${name}`);

/** Whether an EXIF block has a GPS directory: tag 0x8825 of its first directory (CIPA DC-008, 4.6.3). */
export function hasGps(exif: Buffer): boolean {
  const tiff = exif.subarray(exif.subarray(0, 4).toString('latin1') === 'Exif' ? 6 : 0);
  const little = tiff.subarray(0, 2).toString('latin1') === 'II';
  const u16 = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at: number) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = u32(4);
  return Array.from({ length: u16(directory) }, (_, index) => u16(directory + 2 + index * 12)).includes(0x8825);
}

/** A picture of one colour. */
export const plain = (width: number, height: number, background = '#b45050'): Sharp =>
  sharp({ create: { width, height, channels: 3, background } });
