import type * as z from 'zod';
import type { RejectionReason } from '#contract/media.ts';

type Reason = z.output<typeof RejectionReason>;

/** Video and audio: what is played. */
export type RecordingKind = 'video' | 'audio';

/** ffmpeg's name of the demuxer of a container. Only these are ever opened, so no playlist is. */
export type Container = 'mov' | 'matroska' | 'mp3' | 'aac' | 'ogg' | 'wav' | 'flac';

/** Containers by content type, as claimed (under whatever name is in use) and as sniffed. MP4 and QuickTime are one format, WebM a kind of Matroska. */
const CONTAINERS: ReadonlyMap<string, Container> = new Map([
  ['video/mp4', 'mov'],
  ['video/x-m4v', 'mov'],
  ['video/quicktime', 'mov'],
  ['audio/mp4', 'mov'],
  ['audio/x-m4a', 'mov'],
  ['video/3gpp', 'mov'],
  ['audio/3gpp', 'mov'],
  ['audio/m4a', 'mov'],
  ['video/webm', 'matroska'],
  ['audio/webm', 'matroska'],
  ['video/matroska', 'matroska'],
  ['video/x-matroska', 'matroska'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp3', 'mp3'],
  ['audio/aac', 'aac'],
  ['audio/ogg', 'ogg'],
  ['audio/opus', 'ogg'],
  ['audio/ogg; codecs=opus', 'ogg'],
  ['application/ogg', 'ogg'],
  ['audio/wav', 'wav'],
  ['audio/wave', 'wav'],
  ['audio/vnd.wave', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/flac', 'flac'],
  ['audio/x-flac', 'flac'],
]);

/** Where the subtype of a content type is not the container's name. */
const SUBTYPES: Partial<Record<Container, string>> = { mov: 'mp4', matroska: 'webm', mp3: 'mpeg' };

/**
 * The container that both the uploader and the first bytes tell of, and the content type found; or why the file is not what
 * it claims to be.
 */
export function judgeContainer(
  kind: RecordingKind,
  claimed: string,
  sniffed: string | undefined,
): { readonly container: Container; readonly found: string } | Reason {
  const container = sniffed === undefined ? undefined : CONTAINERS.get(sniffed);
  if (container === undefined) return 'type_unsupported';
  if (container !== CONTAINERS.get(claimed)) return 'type_mismatch';
  return { container, found: sniffed === 'video/quicktime' ? sniffed : `${kind}/${SUBTYPES[container] ?? container}` };
}

/** Codecs that are decoded, as ffmpeg calls them, with the decoders that may do it. */
const DECODERS: Readonly<Record<RecordingKind, ReadonlyMap<string, readonly string[]>>> = {
  video: new Map([
    ['h264', ['h264']],
    ['hevc', ['hevc']],
    ['vp8', ['vp8', 'libvpx']],
    ['vp9', ['vp9', 'libvpx-vp9']],
    ['av1', ['libdav1d', 'av1']],
    ['mpeg4', ['mpeg4']],
    ['mjpeg', ['mjpeg']],
    ['prores', ['prores']],
  ]),
  audio: new Map([
    ['aac', ['aac']],
    ['mp3', ['mp3float', 'mp3']],
    ['opus', ['opus', 'libopus']],
    ['vorbis', ['vorbis', 'libvorbis']],
    ['flac', ['flac']],
    ['alac', ['alac']],
    ['amr_nb', ['amrnb', 'libopencore_amrnb']],
    ...['u8', 's16le', 's16be', 's24le', 's24be', 's32le', 's32be', 'f32le', 'f32be', 'mulaw', 'alaw'].map(
      (format): [string, string[]] => [`pcm_${format}`, [`pcm_${format}`]],
    ),
  ]),
};

/** Every decoder that may run on an upload: any other has not been looked at. */
export const DECODER_NAMES: readonly string[] = Object.values(DECODERS).flatMap((codecs) =>
  [...codecs.values()].flat(),
);

/** A track of a recording, as counted from its packets: nothing of it is what a header says. */
export interface Track {
  readonly kind: RecordingKind;
  readonly codec: string;
  /** Of a video, as coded. */
  readonly width: number;
  readonly height: number;
  readonly packets: number;
  /** When its last packet ends. */
  readonly endMs: number;
}

/** Pixels of a frame that is decoded: 4096 × 2304. A decoder keeps up to seventeen of them. */
export const MAX_FRAME_PIXELS = 4_096 * 2_304;

/**
 * What is encoded in the time and space that the function has (measured by `npm run bench`): ten minutes of video, two
 * hours of sound, 512 MB, and as many pixels as ten minutes of 1080p have at 60 frames a second.
 */
export const ENCODED = {
  bytes: 512 * 1024 * 1024,
  seconds: { video: 600, audio: 7_200 },
  pixels: 600 * 60 * 1_920 * 1_080,
} as const;

/** What is done with a recording. */
export interface Plan {
  readonly codec: string;
  readonly durationMs: number;
  /** A picture or a waveform is made: its frames are of a size that is decoded. */
  readonly look: boolean;
  /** It is encoded anew; otherwise it can only be saved as it is. */
  readonly encode: boolean;
}

/** What to do with a recording of these tracks, or why it is not taken. */
export function planOf(kind: RecordingKind, bytes: number, tracks: readonly Track[]): Plan | Reason {
  const track = tracks.find((one) => one.kind === kind);
  if (!track) return tracks.length === 0 ? 'unreadable' : 'type_mismatch';
  if (tracks.some(({ kind: of, codec }) => (of === kind || kind === 'video') && !DECODERS[of].has(codec)))
    return 'codec_unsupported';
  const durationMs = Math.round(Math.max(...tracks.map(({ endMs }) => endMs)));
  if (track.packets === 0 || !(durationMs > 0)) return 'unreadable';
  const pixels = track.width * track.height;
  const look = kind === 'audio' || pixels <= MAX_FRAME_PIXELS;
  const encode =
    look &&
    bytes <= ENCODED.bytes &&
    durationMs <= ENCODED.seconds[kind] * 1_000 &&
    (kind === 'audio' || pixels * track.packets <= ENCODED.pixels);
  return { codec: track.codec, durationMs, look, encode };
}

/** Seconds into a video where its poster is taken: a tenth of it, where there is more to see than at its start. */
export const posterAt = (durationMs: number): number => Math.floor(durationMs / 10) / 1_000;

const even = (length: number): number => Math.max(2, Math.round(length / 2) * 2);

/** Size of the video rendition: at most 720 by 1280 either way, never larger than it was, both sides even as H.264 wants. */
export function encodedSize(width: number, height: number): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, 720 / Math.min(width, height), 1_280 / Math.max(width, height));
  return { width: even(width * scale), height: even(height * scale) };
}
