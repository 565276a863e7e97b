import type * as z from 'zod';
import type { MediaKind, MediaState, RejectionReason } from '#contract/media.ts';

type State = z.output<typeof MediaState>;
type Reason = z.output<typeof RejectionReason>;

/** What is shown as a picture, a video or sound; everything else is a file. */
const KINDS: readonly (readonly [MediaKind, readonly string[]])[] = [
  ['image', ['jpeg', 'png', 'gif', 'webp', 'tiff', 'heif', 'heic', 'avif'].map((format) => `image/${format}`)],
  ['video', ['mp4', 'webm', 'quicktime'].map((format) => `video/${format}`)],
  ['audio', ['mpeg', 'mp4', 'x-m4a', 'aac', 'ogg', 'webm', 'wav', 'x-wav', 'flac'].map((format) => `audio/${format}`)],
];

/** What a content type makes of a media. */
export const kindOf = (contentType: string): MediaKind =>
  KINDS.find(([, types]) => types.includes(contentType))?.[0] ?? 'file';

/**
 * Where a media may go from each state. Four states are final: nothing that arrives later moves a media out of them.
 * `scanning` and `quarantined` are the malware scan's; `expired` is the sweep's, and its owner's who cancels.
 */
const EDGES = {
  requested: ['uploading', 'uploaded', 'expired'],
  uploading: ['uploaded', 'rejected', 'expired'],
  uploaded: ['scanning', 'rejected'],
  scanning: ['processing', 'rejected', 'quarantined'],
  processing: ['ready', 'rejected', 'quarantined'],
  ready: [],
  rejected: [],
  quarantined: [],
  expired: [],
} as const satisfies Record<State, readonly State[]>;

/** Whether a media in `from` may become `to`. */
export const mayMove = (from: State, to: State): boolean => (EDGES[from] as readonly State[]).includes(to);

/** Whether nothing moves a media out of this state any more. */
export const isFinal = (state: State): boolean => EDGES[state].length === 0;

/** Whether renditions of a media in this state may be given out: only what was checked and encoded anew. */
export const isServable = (state: State): boolean => state === 'ready';

/** Format of each type. HEIC is HEIF with one codec; phones use the two names for each other. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['image/jpeg', 'jpeg'],
  ['image/png', 'png'],
  ['image/apng', 'png'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
  ['image/tiff', 'tiff'],
  ['image/heif', 'heif'],
  ['image/heic', 'heif'],
  ['image/heif-sequence', 'heif'],
  ['image/heic-sequence', 'heif'],
  ['image/avif', 'avif'],
]);

/** Why an object of this many bytes is not the one that was announced; undefined when it may be. */
export const judgeSize = (claimed: number, actual: number): Reason | undefined =>
  actual === 0 ? 'empty' : actual === claimed ? undefined : 'size_mismatch';

/** Why a file whose first bytes say `sniffed` is not what it claims to be; undefined when it is. */
export function judgeType(claimed: string, sniffed: string | undefined): Reason | undefined {
  const format = sniffed === undefined ? undefined : FORMATS.get(sniffed);
  if (format === undefined) return 'type_unsupported';
  return format === FORMATS.get(claimed) ? undefined : 'type_mismatch';
}

/** Pixels (width times height) a picture may have: 40 megapixels are 120 MB decoded. */
export const MAX_PIXELS = 40_000_000;

/** What the decoder read from a picture's header. */
export interface Header {
  /** The decoder's own name of the format: it sniffs for itself. */
  readonly format: string;
  readonly width: number;
  readonly height: number;
  /** Codec inside a HEIF container. */
  readonly codec: string | undefined;
}

/** Why a picture with this header is not decoded; undefined when it may be. `claimed` has passed `judgeType`. */
export function judgeHeader(claimed: string, header: Header): Reason | undefined {
  const format = FORMATS.get(claimed);
  if (header.format !== (format === 'avif' ? 'heif' : format)) return 'type_mismatch';
  if (header.width * header.height > MAX_PIXELS) return 'too_many_pixels';
  // The decoder as it is shipped knows AV1 and not HEVC, whose patents need licences.
  if (header.format === 'heif' && header.codec !== 'av1') return 'codec_unsupported';
  return undefined;
}

const UNSHOWABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A file name fit to be shown: the last part of a path, without control characters and without the marks that turn the
 * direction of text (`gpj.exe` read backwards). It never becomes part of a key or a header.
 */
export function displayName(fileName: string): string {
  const name = fileName.normalize('NFC').split(/[\\/]/).at(-1)!.replace(UNSHOWABLE, '').trim();
  return /^\.*$/.test(name) ? 'file' : name;
}
