import * as z from 'zod';
import { Instant, MediaId, UserId } from './ids.ts';
import { route } from './route.ts';

/**
 * `requested → uploaded → processing → ready | rejected`. `scanning` and `quarantined` belong to the malware scan,
 * `expired` to the sweep of uploads that never came.
 */
export const MediaState = z.enum([
  'requested',
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
  /** More than 50 megapixels. */
  'too_many_pixels',
  /** A picture in a codec that is not decoded here: HEVC in HEIF. */
  'codec_unsupported',
  /** Broken or cut off: it does not decode. */
  'unreadable',
  /** Replaced or removed before it could be read. */
  'replaced',
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

export const RenditionName = z.enum(['thumbnail', 'display']);

export const Rendition = z.strictObject({
  name: RenditionName,
  contentType: z.string(),
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
});

export const Media = z
  .strictObject({
    id: MediaId,
    ownerId: UserId,
    state: MediaState,
    /** Why it was rejected; null otherwise. */
    reason: RejectionReason.nullable(),
    /** What the uploader said; a claim, not a fact. */
    claimed: z.strictObject({ fileName: z.string(), contentType: z.string(), bytes: z.int() }),
    renditions: z.array(Rendition),
    createdAt: Instant,
  })
  .meta({ id: 'Media' });
export type Media = z.output<typeof Media>;

export const requestUpload = route({
  method: 'POST',
  path: '/media',
  summary: 'Ask for an upload; answers a presigned POST for exactly this file',
  permission: 'media:upload',
  uses: ['table:put', 'table:get', 'quarantine:upload'],
  input: z.strictObject({
    fileName: z.string().min(1).max(255),
    contentType: z.string().max(127),
    bytes: z.int().min(1),
  }),
  output: z.strictObject({
    media: Media,
    upload: z.strictObject({ url: z.string(), fields: z.record(z.string(), z.string()), expiresAt: Instant }),
  }),
  refuses: ['media.type_unsupported', 'media.too_large', 'media.idempotency_conflict'],
  status: 201,
});

export const getMedia = route({
  method: 'GET',
  path: '/media/{mediaId}',
  summary: 'Get the state of a media',
  permission: 'media:read',
  uses: ['table:get', 'table:batch-get', 'table:query'],
  input: z.strictObject({ mediaId: MediaId }),
  output: Media,
  refuses: ['media.not_found'],
  status: 200,
});

export const getMediaUrl = route({
  method: 'GET',
  path: '/media/{mediaId}/url',
  summary: 'Get a download address of one rendition, valid for a few minutes',
  permission: 'media:read',
  uses: ['table:get', 'table:batch-get', 'table:query', 'clean:read'],
  input: z.strictObject({ mediaId: MediaId, rendition: RenditionName.default('display') }),
  output: z.strictObject({ url: z.string(), expiresAt: Instant }),
  refuses: ['media.not_found', 'media.not_ready'],
  status: 200,
});
