import * as z from 'zod';
import { Instant, MediaId, UserId } from './ids.ts';
import { route } from './route.ts';
import { MEDIA_SIGHT } from './uses.ts';

/** What a media is to whoever looks at it. Pictures, video and sound are shown as encoded here; a file is only fetched. */
export const MediaKind = z.enum(['image', 'video', 'audio', 'file']);
export type MediaKind = z.output<typeof MediaKind>;

/**
 * `requested → uploading → uploaded → scanning → processing → ready | rejected | quarantined`, and `expired` for what never
 * came or was cancelled. `uploading` is that of an upload in parts.
 */
export const MediaState = z.enum([
  'requested',
  'uploading',
  'uploaded',
  'scanning',
  'processing',
  'ready',
  'rejected',
  'quarantined',
  'expired',
]);

/** Why an upload was rejected. A code never changes its meaning; clients switch on it. */
export const RejectionReason = z.enum([
  /** Nothing in it. */
  'empty',
  /** Not as many bytes as were announced. */
  'size_mismatch',
  /** The first bytes are of a format that is not taken, or of none. */
  'type_unsupported',
  /** The first bytes are of another format than was announced. */
  'type_mismatch',
  /** Of a type or an extension that the tenant does not take. */
  'type_denied',
  /** More than 40 megapixels. */
  'too_many_pixels',
  /** In a codec that is not decoded here: HEVC in HEIF. */
  'codec_unsupported',
  /** Broken or cut off: it does not decode. */
  'unreadable',
  /** Decoding it takes longer than any honest file does. */
  'timed_out',
  /** The malware scan could not look into it. */
  'unscannable',
  /** Malware; kept in quarantine. */
  'malware',
  /** Replaced or removed before it could be read. */
  'replaced',
  /** Cancelled by who began it. */
  'cancelled',
]);

/** What may be uploaded, and the most bytes of each. Of a picture that moves or has pages, the first one is kept. */
export const UPLOAD_LIMITS = {
  'image/jpeg': 25 * 1024 * 1024,
  'image/png': 25 * 1024 * 1024,
  'image/gif': 25 * 1024 * 1024,
  'image/webp': 25 * 1024 * 1024,
  'image/tiff': 50 * 1024 * 1024,
  'image/heif': 25 * 1024 * 1024,
  'image/heic': 25 * 1024 * 1024,
  'image/avif': 25 * 1024 * 1024,
} as const;

/** Hours after which a media that nothing was uploaded for is gone. */
export const UNUSED_HOURS = 24;

/** Forms in which a media is given out. */
export const RenditionName = z.enum([
  /** At most 320 pixels a side, WebP. */
  'thumbnail',
  /** At most 1280 pixels a side, WebP. */
  'display',
  /** The same as JPEG, where the upload asked for it. */
  'thumbnail-jpeg',
  'display-jpeg',
  /** A picture that moves, as animated WebP. */
  'animation',
  /** A picture out of a video, WebP. */
  'poster',
  /** MP4 (H.264, AAC) that plays while it loads, at most 720 lines. */
  'video',
  /** AAC. */
  'audio',
  /** The first page of a document, WebP. */
  'page',
  /** The bytes that were uploaded, only ever as something to be saved. */
  'original',
]);

export const Rendition = z.strictObject({
  name: RenditionName,
  contentType: z.string(),
  /** Pixels; null for sound and files. */
  width: z.int().nullable(),
  height: z.int().nullable(),
  bytes: z.int(),
});

export const Media = z
  .strictObject({
    id: MediaId,
    ownerId: UserId,
    state: MediaState,
    kind: MediaKind,
    /** Why it was rejected, quarantined or cancelled; null otherwise. */
    reason: RejectionReason.nullable(),
    /** What the uploader said; a claim, not a fact. */
    claimed: z.strictObject({ fileName: z.string(), contentType: z.string(), bytes: z.int() }),
    /** What its content says it is; null until it was looked at. */
    contentType: z.string().nullable(),
    /** Pixels, upright; null for what has none. */
    width: z.int().nullable(),
    height: z.int().nullable(),
    /** Milliseconds; null for what does not last. */
    durationMs: z.int().nullable(),
    /** Of video and sound. */
    codec: z.string().nullable(),
    /** A few bytes that show a blurred picture until the real one is there (base64; https://evanw.github.io/thumbhash/). */
    thumbhash: z.string().nullable(),
    /** The colour that there is most of, `#rrggbb`. */
    colour: z.string().nullable(),
    /** Loudness of sound: 256 bytes (base64), one for each equal part of its time, 0 to 255. */
    waveform: z.string().nullable(),
    renditions: z.array(Rendition),
    createdAt: Instant,
  })
  .meta({ id: 'Media' });
export type Media = z.output<typeof Media>;

export const getMedia = route({
  method: 'GET',
  path: '/media/{mediaId}',
  summary: 'Get the state of a media',
  permission: 'media:read',
  uses: [...MEDIA_SIGHT],
  input: z.strictObject({ mediaId: MediaId }),
  output: Media,
  refuses: ['media.not_found'],
  status: 200,
});
