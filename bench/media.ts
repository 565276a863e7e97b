/**
 * What a photo of 12 megapixels costs: one decode, both renditions. `node bench/media.ts` prints a line a figure.
 * Processor time and memory are measured in a process of their own, which does what the function does and nothing else.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { render } from '#functions/media/picture.ts';
import { pictureWork } from '#functions/media/picture-work.ts';
import { scope } from '#table/entity.ts';

export interface Row {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
}

const WIDTH = 4_000;
const HEIGHT = 3_000;
const RUNS = 15;

/** A JPEG as a phone makes it: 12 megapixels, large shapes, fine texture, sensor noise, held upright, with EXIF. */
export async function photo(): Promise<Buffer> {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  let noise = 1;
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) >>> 0;
      const texture = 40 * Math.sin(x / 7 + Math.sin(y / 31) * 5) * Math.cos(y / 9) + (noise >>> 28) - 8;
      const at = (y * WIDTH + x) * 3;
      const shapes = [80 * Math.sin(x / 500), 80 * Math.cos(y / 400), 60 * Math.sin((x + y) / 700)];
      for (const [channel, shape] of shapes.entries())
        pixels[at + channel] = Math.max(0, Math.min(255, 120 + shape + texture * (1 - channel / 4)));
    }
  return await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 85 })
    .toBuffer();
}

/** What is timed, by name. */
const ACTS: Record<string, (data: Buffer) => Promise<unknown>> = {
  decode: (data) => sharp(data).raw().toBuffer(),
  both: (data) => render(data),
};

/**
 * Least processor time of each act over its runs, user and system, in milliseconds: what else the machine does only adds.
 * They take turns, so that it adds to all alike.
 */
async function cpuMs(data: Buffer): Promise<Record<string, number>> {
  const spent = new Map(Object.keys(ACTS).map((name) => [name, [] as number[]]));
  for (let run = 0; run <= RUNS; run++)
    for (const [name, act] of Object.entries(ACTS)) {
      const before = process.cpuUsage();
      await act(data);
      const { user, system } = process.cpuUsage(before);
      // The first turn warms up.
      if (run > 0) spent.get(name)!.push((user + system) / 1_000);
    }
  return Object.fromEntries([...spent].map(([name, all]) => [name, Math.min(...all)]));
}

const MEASURES: Record<string, (data: Buffer) => Promise<Record<string, number>>> = {
  cpu: cpuMs,
  memory: async (data) => {
    await render(data);
    return { peak: process.resourceUsage().maxRSS / 1_024 };
  },
};

const measureApart = async (name: string, file: string): Promise<Record<string, number>> => {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, '--measure', name, file]);
  return JSON.parse(stdout) as Record<string, number>;
};

/** Requests that the functions make of S3 for one picture, from its verdict on; the event of its arrival needs none. */
async function requestsFor(data: Buffer): Promise<number> {
  let requests = 0;
  const work = pictureWork({
    open: async () => {
      requests++;
      return { bytes: data.length, read: async () => data, parts: async function* () {}, discard: () => undefined };
    },
    put: async () => void requests++,
  });
  const mediaId = 'med_0000000000000000000000';
  const object = { key: `bench/${mediaId}/image`, versionId: '1', eTag: '1' };
  const arrival = {
    tenant: scope('bench'),
    mediaId,
    kind: 'image',
    object,
    objectVersion: '1',
    bytes: undefined,
  } as const;
  const claim = { fileName: 'photo.jpg', contentType: 'image/jpeg', bytes: data.length };
  const media = { mediaId, ownerId: 'ada', state: 'scanning', createdAt: 0, version: 3, ...claim } as const;
  await work.inspect(media, arrival);
  await work.make(media, arrival);
  return requests;
}

/** The figures of the media budget, in the order of the table. */
export async function mediaRows(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  try {
    const data = await photo();
    const file = join(folder, 'photo.jpg');
    await writeFile(file, data);
    const { decode = 0, both = 0 } = await measureApart('cpu', file);
    const { peak = 0 } = await measureApart('memory', file);
    const made = await render(data);
    if (typeof made === 'string') throw new Error(`the photo is ${made}`);
    const row = (what: string, value: number, unit: string): Row => ({
      metric: `12-megapixel photo: ${what}`,
      value: Math.round(value),
      unit,
    });
    return [
      row('decode alone', decode, 'CPU-ms'),
      row('decode and both renditions', both, 'CPU-ms'),
      row('on top of decode', both - decode, 'CPU-ms'),
      row('peak memory of the process', peak, 'MB'),
      row('requests to S3', await requestsFor(data), 'requests'),
      row('upload', data.length / 1_024, 'KB'),
      ...made.pictures.map(({ name, data: encoded }) => row(name, encoded.length / 1_024, 'KB')),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

const [, , mode, name = '', file = ''] = process.argv;
if (import.meta.main && mode === '--measure') console.log(JSON.stringify(await MEASURES[name]!(await readFile(file))));
else if (import.meta.main) for (const row of await mediaRows()) console.log(JSON.stringify(row));
