import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll } from 'vitest';
import type { MadeRecording, MadeRendition } from '#functions/media/recording.ts';
import { makeRecording } from '#functions/media/recording.ts';
import { ffmpegLayerFolder } from '#infra/constructs/ffmpeg-layer.ts';

// As on Lambda, where the layer's programs are in PATH.
const programs = join(ffmpegLayerFolder(process.arch === 'arm64' ? 'arm64' : 'x64'), 'bin');
process.env['PATH'] = [programs, process.env['PATH']].join(delimiter);

/** A folder of the test file's own. */
const folder = mkdtempSync(join(tmpdir(), 'parley-recordings-'));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;

/** A path that nothing lies at. */
export const freshPath = (name: string): string => {
  made += 1;
  return join(folder, `${made}-${name}`);
};

/** Runs ffmpeg on files that the test trusts. */
export const run = (...args: readonly string[]): string =>
  execFileSync('ffmpeg', ['-nostdin', '-hide_banner', '-loglevel', 'error', '-y', ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1_024 * 1_024,
  });

/** Arguments of a moving picture with a size and a length in seconds. */
export const picture = (size: string, seconds: number, rate = 25): string[] => [
  ...['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}:d=${seconds}`],
];

/** Arguments of a sound. */
export const sound = (seconds: number): string[] => ['-f', 'lavfi', '-i', `sine=f=440:d=${seconds}`];

/** Arguments of quick H.264. */
export const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

/** Arguments of quick VP9. */
export const VP9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'];

/** A real recording, made by ffmpeg. */
export function record(name: string, ...args: readonly string[]): string {
  const path = freshPath(name);
  run(...args, path);
  return path;
}

/** A file of these bytes. */
export function fileOf(name: string, content: string | Uint8Array): string {
  const path = freshPath(name);
  writeFileSync(path, content);
  return path;
}

/** What becomes of a file that is claimed to be of a type. */
export function processed(path: string, contentType: string): Promise<MadeRecording | string> {
  const kind = contentType.startsWith('video/') ? 'video' : 'audio';
  const own = mkdtempSync(join(folder, 'run-'));
  return makeRecording({ path, bytes: statSync(path).size, kind, contentType, folder: own });
}

/** The same, where it is expected to be taken. */
export async function accepted(path: string, contentType: string): Promise<MadeRecording> {
  const result = await processed(path, contentType);
  if (typeof result === 'string') throw new Error(`it was rejected: ${result}`);
  return result;
}

/** A rendition by its name. */
export function rendition({ renditions }: MadeRecording, name: string): MadeRendition {
  const found = renditions.find((one) => one.name === name);
  if (!found) throw new Error(`there is no rendition ${name}`);
  return found;
}

/** The bytes of a rendition. */
export const bytesOf = ({ content }: MadeRendition): Buffer =>
  'file' in content ? readFileSync(content.file) : Buffer.from(content);

/** What ffmpeg finds in a file that was made here: codec and size of each stream. */
export const streamsOf = (file: string): string[] =>
  [
    ...run('-i', file, '-c', 'copy', '-map', '0', '-f', 'framecrc', '-').matchAll(
      /^#(codec_id|dimensions) \d+: (.+)$/gm,
    ),
  ].map(([, , value]) => value!);

/** The points of a waveform. */
export const peaksOf = (waveform: string | undefined): number[] => [...Buffer.from(waveform ?? '', 'base64')];
