import type { Readable } from 'node:stream';
import type { Container } from '#domain/recording.ts';
import { Peaks } from '#domain/waveform.ts';
import { type Failure, ffmpeg, input } from './ffmpeg.ts';

const SECONDS = 150;
/** Samples a second: enough to see who speaks. */
const RATE = 8_000;

async function read(output: Readable, peaks: Peaks): Promise<void> {
  let half = Buffer.alloc(0);
  for await (const chunk of output) {
    const bytes = Buffer.concat([half, chunk as Buffer]);
    const samples = new Int16Array(bytes.length >> 1);
    for (let at = 0; at < samples.length; at += 1) samples[at] = bytes.readInt16LE(at * 2);
    peaks.add(samples);
    half = bytes.subarray(samples.length * 2);
  }
}

/** The waveform of a file's first sound, as it is stored (base64), or why there is none. */
export async function readWaveform(
  path: string,
  container: Container,
): Promise<{ readonly waveform: string } | Failure> {
  const peaks = new Peaks();
  const { failure } = await ffmpeg(
    [...input(path, container), '-map', '0:a:0', '-ac', '1', '-ar', String(RATE), '-f', 's16le', 'pipe:1'],
    { seconds: SECONDS, read: (output) => read(output, peaks) },
  );
  return failure ?? { waveform: Buffer.from(peaks.points()).toString('base64') };
}
