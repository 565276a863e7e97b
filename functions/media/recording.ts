import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTypeFromFile } from 'file-type';
import {
  type Container,
  encodedSize,
  judgeContainer,
  type Plan,
  planOf,
  posterAt,
  type RecordingKind,
} from '#domain/recording.ts';
import type { Edge } from '#table/media.ts';
import { type Failure, ffmpeg, input } from './ffmpeg.ts';
import { readTracks } from './packets.ts';
import { readHeader, render } from './picture.ts';
import { readWaveform } from './waveform.ts';

type Reason = NonNullable<Edge['reason']>;

/** A recording that was uploaded, on the function's own disk. */
export interface LocalRecording {
  readonly path: string;
  readonly bytes: number;
  readonly kind: RecordingKind;
  /** What the uploader said it is. */
  readonly contentType: string;
  /** Where files may be made; nothing of it is seen by anybody. */
  readonly folder: string;
}

/** A rendition as it lies on disk or in memory. */
export interface MadeRendition {
  readonly name: 'poster' | 'thumbnail' | 'video' | 'audio';
  readonly contentType: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly bytes: number;
  readonly sha256: string;
  readonly content: Uint8Array | { readonly file: string };
}

/** What was found out about a recording, and all that was made of it. */
export interface MadeRecording {
  readonly facts: {
    /** The content type that its content says. */
    readonly found: string;
    readonly codec: string;
    readonly durationMs: number;
    readonly width?: number;
    readonly height?: number;
    readonly thumbhash?: string;
    readonly colour?: string;
    readonly waveform?: string;
  };
  readonly renditions: readonly MadeRendition[];
  /** It was too long or too large to be encoded: the bytes that were uploaded are what there is, to be saved. */
  readonly original: boolean;
}

const ENCODE_SECONDS = 480;
const POSTER_SECONDS = 45;

/** Nothing of the source but pictures and sound: no tags (places, names, devices), no chapters, no other streams. */
const BARE = [
  ...['-map_metadata', '-1', '-map_chapters', '-1', '-sn', '-dn', '-fflags', '+bitexact'],
  ...['-flags:v', '+bitexact', '-flags:a', '+bitexact', '-movflags', '+faststart', '-f', 'mp4'],
];
const SOUND = ['-c:a', 'aac', '-b:a', '128k', '-ar', '48000', '-af', 'aformat=channel_layouts=mono|stereo'];
/** What may fail to decode before the whole does not: a flaw that a player would pass over. */
const FLAWS = ['-max_error_rate', '0.1'];

/** SHA-256 (hex) of a file of any size. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function madeFile(
  name: 'video' | 'audio',
  file: string,
  size?: { readonly width: number; readonly height: number },
): Promise<MadeRendition> {
  const { size: bytes } = await stat(file);
  const sha256 = await digestOf(file);
  const { width, height } = size ?? { width: null, height: null };
  return { name, contentType: `${name}/mp4`, width, height, bytes, sha256, content: { file } };
}

/** A frame as PNG, upright, with square pixels and in the size that is shown. */
async function frameAt(
  { path, folder }: LocalRecording,
  container: Container,
  at: number,
): Promise<Uint8Array | Failure> {
  const file = join(folder, `frame-${at}.png`);
  const { failure } = await ffmpeg(
    [
      ...['-ss', String(at), ...input(path, container), '-map', '0:V:0', '-frames:v', '1'],
      ...['-vf', "scale=w='clip(round(iw*sar),1,4096)':h=ih,setsar=1", '-pix_fmt', 'rgb24'],
      ...['-compression_level', '1', '-update', '1', '-f', 'image2', '-c:v', 'png', file],
    ],
    { seconds: POSTER_SECONDS },
  );
  if (failure) return failure;
  // Past the last frame there is none, and that is no error.
  return await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return 'unreadable' as const;
    throw error;
  });
}

interface Look {
  readonly size?: { readonly width: number; readonly height: number };
  readonly seen?: { readonly thumbhash: string; readonly colour: string };
  readonly waveform?: string;
  readonly renditions: readonly MadeRendition[];
}

/** The poster of a video, from a tenth of its time or else from its start. */
async function lookAt(recording: LocalRecording, container: Container, { durationMs }: Plan): Promise<Look | Failure> {
  let frame = await frameAt(recording, container, posterAt(durationMs));
  if (frame === 'unreadable') frame = await frameAt(recording, container, 0);
  if (typeof frame === 'string') return frame;
  const header = await readHeader(frame);
  const rendered = header && (await render(frame));
  if (rendered === undefined || typeof rendered === 'string')
    throw new Error('a frame that was made here does not decode');
  const { pictures, width, height, thumbhash, colour } = rendered;
  return {
    size: { width, height },
    seen: { thumbhash, colour },
    renditions: pictures.map(({ name, data, ...picture }) => ({
      ...picture,
      name: name === 'display' ? 'poster' : 'thumbnail',
      bytes: data.length,
      content: data,
    })),
  };
}

async function listenTo({ path }: LocalRecording, container: Container): Promise<Look | Failure> {
  const heard = await readWaveform(path, container);
  return typeof heard === 'string' ? heard : { ...heard, renditions: [] };
}

/** The one rendition that plays. H.264 and AAC are played everywhere; MP4 with its index in front begins at once. */
async function encode(
  { kind, path, folder }: LocalRecording,
  container: Container,
  shown: Look['size'],
): Promise<MadeRendition | Failure> {
  const file = join(folder, `${kind}.mp4`);
  const size = shown && encodedSize(shown.width, shown.height);
  const streams = size
    ? [
        ...['-map', '0:V:0', '-map', '0:a:0?', '-vf', `scale=${size.width}:${size.height},setsar=1`, '-fpsmax', '30'],
        ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '24', '-maxrate', '3M', '-bufsize', '6M'],
        ...['-profile:v', 'high', '-pix_fmt', 'yuv420p', '-g', '120', '-threads:v', '2'],
      ]
    : ['-map', '0:a:0', '-vn'];
  const { failure } = await ffmpeg(
    [...FLAWS, ...input(path, container), ...streams, ...SOUND, '-filter_threads', '1', ...BARE, file],
    { seconds: ENCODE_SECONDS },
  );
  return failure ?? (await madeFile(kind, file, size));
}

/**
 * Makes all renditions of a recording, or says why it is not taken. Nothing leaves the folder. Throws when there is an
 * outage: the same file may do well later.
 */
export async function makeRecording(recording: LocalRecording): Promise<MadeRecording | Reason> {
  const { path, bytes, kind, contentType } = recording;
  const judged = judgeContainer(kind, contentType, await sniffFile(path));
  if (typeof judged === 'string') return judged;
  const { container, found } = judged;
  const tracks = await readTracks(path, container);
  if (typeof tracks === 'string') return tracks;
  const plan = planOf(kind, bytes, tracks);
  if (typeof plan === 'string') return plan;

  let look: Look | Failure = { renditions: [] };
  if (plan.look)
    look = kind === 'video' ? await lookAt(recording, container, plan) : await listenTo(recording, container);
  if (typeof look === 'string') {
    if (plan.encode) return look;
    look = { renditions: [] };
  }
  const played = plan.encode ? await encode(recording, container, look.size) : undefined;
  if (typeof played === 'string') return played;
  const { codec, durationMs } = plan;
  const { size, seen, waveform, renditions } = look;
  return {
    facts: { found, codec, durationMs, ...size, ...seen, ...(waveform === undefined ? {} : { waveform }) },
    renditions: played ? [...renditions, played] : renditions,
    original: played === undefined,
  };
}

/** The type that a file's first bytes tell; undefined when they tell none. */
async function sniffFile(path: string): Promise<string | undefined> {
  try {
    return (await fileTypeFromFile(path))?.mime;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
    return undefined;
  }
}
