/**
 * What a video costs: 10 seconds of 720p at 30 frames a second with sound, from the verdict to the renditions, and the
 * memory that an upload of a gigabyte takes. `node bench/recordings.ts` prints a line a figure.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { appendFile, copyFile, mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Arrival } from '#functions/media/object-key.ts';
import { recordingWork } from '#functions/media/recording-work.ts';
import { download } from '#gateways/recordings.ts';
import { ffmpegLayerFolder } from '#infra/constructs/ffmpeg-layer.ts';
import { scope } from '#table/entity.ts';
import type { StoredMedia } from '#table/media.ts';
import type { Row } from './media.ts';

const RUNS = 3;
const GIGABYTE = 1024 ** 3;

/** What the function does, with a bucket that is a file and another that takes everything. */
async function work(file: string): Promise<void> {
  const { size } = await stat(file);
  const { make } = recordingWork({
    open: async () => ({
      bytes: size,
      read: () => Promise.reject(new Error('it is never in memory as a whole')),
      parts: () => createReadStream(file),
      discard: () => {},
    }),
    download,
    put: async () => {},
    putFile: async (_key, { file: made }) => {
      for await (const _ of createReadStream(made));
    },
    keep: async () => 'kept' as never,
  });
  const { to, reason } = await make(
    { mediaId: 'med_0', contentType: 'video/mp4' } as StoredMedia,
    { tenant: scope('bench'), object: { key: 'video' }, objectVersion: '1' } as Arrival,
  );
  if (to !== 'ready') throw new Error(`the video was ${to}: ${reason}`);
}

/** Ten seconds as a phone films them, as far as that can be made: it moves everywhere, and there is noise. */
const film = (file: string): void => {
  execFileSync('ffmpeg', [
    ...['-nostdin', '-loglevel', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=30:d=10'],
    ...['-f', 'lavfi', '-i', 'sine=d=10', '-vf', 'noise=alls=12:allf=t', '-c:v', 'libx264', '-preset', 'ultrafast'],
    ...['-b:v', '8M', '-pix_fmt', 'yuv420p', '-c:a', 'aac', file],
  ]);
};

/** The film with a box of nothing behind it (ISO/IEC 14496-12, 8.1.2), a gigabyte large, which takes no space. */
async function largeFilm(film: string, file: string): Promise<void> {
  await copyFile(film, file);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(GIGABYTE);
  header.write('free', 4);
  await appendFile(file, header);
  await truncate(file, (await stat(film)).size + GIGABYTE);
}

interface Measured {
  /** Seconds on the clock, of one. */
  readonly seconds: number;
  /** MB that the function's process had at its most. */
  readonly peak: number;
  /** Processor seconds of it and of every ffmpeg it ran, of all runs. */
  readonly processor: number;
}

/** Works in a process of its own, whose shell knows what its children used. */
async function measure(file: string, runs: number): Promise<Measured> {
  const { stdout } = await promisify(execFile)('/bin/sh', [
    ...['-c', '"$0" "$@" && times', process.execPath, import.meta.filename, '--work', file, String(runs)],
  ]);
  const [line = '', , children = ''] = stdout.split('\n');
  const spent = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, seconds]) => +minutes! * 60 + +seconds!);
  return { ...JSON.parse(line), processor: spent.reduce((sum, part) => sum + part, 0) };
}

/** The figures of video. */
export async function recordingFigures(): Promise<Row[]> {
  usePrograms();
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  try {
    const [small, large] = [join(folder, 'film.mp4'), join(folder, 'large.mp4')];
    film(small);
    await largeFilm(small, large);
    const idle = await measure(small, 0);
    const { seconds, processor } = await measure(small, RUNS);
    const { peak } = await measure(large, 1);
    return [
      {
        metric: '10 s of 720p video: fetched, looked at, encoded',
        value: Math.round(((processor - idle.processor) / RUNS) * 1_000),
        unit: 'CPU-ms',
      },
      { metric: '10 s of 720p video: one after the other', value: Math.round(60 / seconds), unit: 'videos a minute' },
      { metric: 'video of 1 GB: memory of the function', value: Math.round(peak), unit: 'MB' },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The layer's programs in PATH, as on Lambda. */
function usePrograms(): void {
  const programs = join(ffmpegLayerFolder(process.arch === 'arm64' ? 'arm64' : 'x64'), 'bin');
  process.env['PATH'] = [programs, process.env['PATH']].join(delimiter);
}

const [, , mode, file = '', runs = '1'] = process.argv;
if (import.meta.main && mode === '--work') {
  const started = performance.now();
  for (let run = 0; run < Number(runs); run++) await work(file);
  const seconds = (performance.now() - started) / 1_000 / Number(runs);
  console.log(JSON.stringify({ seconds, peak: process.resourceUsage().maxRSS / 1_024 }));
} else if (import.meta.main) for (const row of await recordingFigures()) console.log(JSON.stringify(row));
