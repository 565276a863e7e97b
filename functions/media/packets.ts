import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Container, Track } from '#domain/recording.ts';
import { type Failure, ffmpeg, input } from './ffmpeg.ts';

const SECONDS = 120;

interface Counted {
  kind: string;
  codec: string;
  width: number;
  height: number;
  /** Seconds a tick. */
  tick: number;
  packets: number;
  /** Ticks. */
  end: number;
}

const none = (): Counted => ({ kind: '', codec: '', width: 0, height: 0, tick: 0, packets: 0, end: 0 });

/** What a header line says of a stream: `#codec_id 0: h264` (https://ffmpeg.org/ffmpeg-formats.html#framecrc-1). */
function heed(track: Counted, name: string, value: string): void {
  if (name === 'media_type') track.kind = value;
  if (name === 'codec_id') track.codec = value;
  if (name === 'tb') {
    const [numerator = 0, denominator = 1] = value.split('/').map(Number);
    track.tick = numerator / denominator;
  }
  if (name === 'dimensions') [track.width = 0, track.height = 0] = value.split('x').map(Number);
}

async function count(lines: Readable): Promise<Track[]> {
  const tracks = new Map<string, Counted>();
  const track = (stream: string): Counted => {
    const known = tracks.get(stream) ?? none();
    tracks.set(stream, known);
    return known;
  };
  for await (const line of createInterface({ input: lines, crlfDelay: Number.POSITIVE_INFINITY })) {
    const header = /^#(\w+) (\d+): +(.+)$/.exec(line);
    if (header) heed(track(header[2]!), header[1]!, header[3]!);
    if (line.startsWith('#')) continue;
    // stream, decoding time, presentation time, duration, …
    const [stream = '', , at = '', lasts = ''] = line.split(',');
    const end = Number(at) + Math.max(0, Number(lasts));
    const counted = track(stream.trim());
    counted.packets += 1;
    if (Number.isSafeInteger(end) && end > counted.end) counted.end = end;
  }
  return [...tracks.values()].flatMap(({ kind, codec, width, height, tick, packets, end }) =>
    kind === 'video' || kind === 'audio' ? [{ kind, codec, width, height, packets, endMs: end * tick * 1_000 }] : [],
  );
}

/**
 * The first video and the first audio track of a file, by a walk over all of its packets without decoding one: lengths and
 * counts are what is there, whatever a header says, and a file that breaks off is found out. Cover pictures are no video.
 */
export async function readTracks(path: string, container: Container): Promise<readonly Track[] | Failure> {
  let tracks: Track[] = [];
  const { failure, said } = await ffmpeg(
    [
      ...['-xerror', ...input(path, container), '-map', '0:V:0?', '-map', '0:a:0?'],
      ...['-c', 'copy', '-f', 'framecrc', 'pipe:1'],
    ],
    {
      seconds: SECONDS,
      read: async (output) => {
        tracks = await count(output);
      },
    },
  );
  // Of a Matroska file that is cut off ffmpeg complains and goes on.
  return failure ?? (said.includes('File ended prematurely') ? 'unreadable' : tracks);
}
