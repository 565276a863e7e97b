import * as z from 'zod';
import { Instant, MediaId } from './ids.ts';
import { Media, MediaState } from './media.ts';
import { route } from './route.ts';
import { MAX_FILE_BYTES } from './upload-rules.ts';

const MB = 1024 ** 2;

/** Bytes up to which a file is uploaded with one form; a larger one in parts. */
export const FORM_BYTES = 16 * MB;

/** Bytes of a part: the least S3 takes of any but the last, and the most. */
export const PART_BYTES = { least: 5 * MB, most: 100 * MB } as const;

/** Parts of one upload, at most: as many as S3 lists at once. */
export const MOST_PARTS = 1_000;

/** Parts that addresses are asked for at once. */
const MOST_ASKED = 100;

const PartNumber = z.int().min(1).max(MOST_PARTS);
/** SHA-256 of a part's bytes, in base64. */
const Sha256 = z
  .string()
  .regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/)
  .meta({ example: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' });

/** One form that lets in exactly the announced file. */
const FormUpload = z.strictObject({
  method: z.literal('post'),
  url: z.string(),
  /** They stand in the form before the file, as they are. */
  fields: z.record(z.string(), z.string()),
  expiresAt: Instant,
});

/** An upload in parts: their addresses are asked for as they are needed. */
const PartsUpload = z.strictObject({
  method: z.literal('multipart'),
  /** Bytes of each part; the last one has what is left. */
  partBytes: z.int(),
  parts: z.int(),
  /** Until when all parts have to be there. */
  expiresAt: Instant,
});

/** A part that arrived whole. */
const ArrivedPart = z.strictObject({ part: PartNumber, bytes: z.int(), sha256: Sha256.nullable() });

/** How far an upload is. */
export const Upload = z
  .strictObject({
    media: Media,
    state: MediaState,
    bytes: z.strictObject({ arrived: z.int(), of: z.int() }),
    /** Part of the bytes that arrived, 0 to 1. */
    progress: z.number().min(0).max(1),
    /** Bytes of each part; null for an upload by form. */
    partBytes: z.int().nullable(),
    /** Those that arrived, by number, until the upload is completed. */
    parts: z.array(ArrivedPart),
    /** Null once there is nothing more to come. */
    expiresAt: Instant.nullable(),
  })
  .meta({ id: 'Upload' });
export type Upload = z.output<typeof Upload>;

const moving = ['table:get', 'table:batch-get', 'table:update', 'sockets:post', 'stragglers:send'] as const;

export const requestUpload = route({
  method: 'POST',
  path: '/media',
  aliases: [{ method: 'POST', path: '/uploads' }],
  summary: 'Ask for an upload; answers one form for exactly this file, or, when it is large, how it goes in parts',
  permission: 'media:upload',
  uses: ['table:get', 'table:batch-get', 'table:put', 'table:update', 'quarantine:upload'],
  input: z.strictObject({
    fileName: z.string().min(1).max(255),
    /** Empty for what the sender does not know. */
    contentType: z.string().max(127),
    bytes: z.int().min(1).max(MAX_FILE_BYTES),
    /** In parts though it is small, so that it can be gone on with. */
    multipart: z.boolean().optional(),
    /** Bytes of a part; without it, what suits the file. */
    partBytes: z.int().min(PART_BYTES.least).max(PART_BYTES.most).optional(),
    /** Pictures are wanted as JPEG too. */
    jpeg: z.boolean().optional(),
  }),
  output: z.strictObject({
    media: Media,
    /** Null when nothing is to be uploaded any more: the same key again after the file arrived, or was given up. */
    upload: z.discriminatedUnion('method', [FormUpload, PartsUpload]).nullable(),
  }),
  refuses: [
    'media.type_unsupported',
    'media.name_unsupported',
    'media.too_large',
    'media.quota_exceeded',
    'media.too_many_pending',
    'media.idempotency_conflict',
    'service.contended',
  ],
  status: 201,
});

export const getUpload = route({
  method: 'GET',
  path: '/uploads/{mediaId}',
  summary: 'Get how far an upload of yours is: bytes, parts, state',
  permission: 'media:upload',
  uses: ['table:get', 'quarantine:parts', 'quarantine:describe'],
  input: z.strictObject({ mediaId: MediaId }),
  output: Upload,
  refuses: ['media.not_found'],
  status: 200,
});

export const addUploadParts = route({
  method: 'POST',
  path: '/uploads/{mediaId}/parts',
  summary: 'Get addresses for parts of an upload; each takes exactly the bytes with the digest that was named',
  permission: 'media:upload',
  uses: [...moving, 'quarantine:upload', 'quarantine:parts', 'quarantine:abort', 'quarantine:describe'],
  input: z.strictObject({
    mediaId: MediaId,
    parts: z
      .array(z.strictObject({ part: PartNumber, sha256: Sha256 }))
      .min(1)
      .max(MOST_ASKED)
      .refine((parts) => new Set(parts.map(({ part }) => part)).size === parts.length, 'names a part twice'),
  }),
  output: z.strictObject({
    parts: z.array(
      z.strictObject({
        part: PartNumber,
        bytes: z.int(),
        /** To be sent to with PUT. */
        url: z.string(),
        /** To be sent as they are, besides the length. */
        headers: z.record(z.string(), z.string()),
      }),
    ),
    /** When the addresses are good no more; others can be asked for. */
    expiresAt: Instant,
    upload: Upload,
  }),
  refuses: ['media.not_found', 'media.not_uploading', 'media.part_unknown'],
  status: 200,
});

export const completeUpload = route({
  method: 'POST',
  path: '/uploads/{mediaId}/complete',
  summary: 'Put the parts of an upload together; again is no error',
  permission: 'media:upload',
  uses: [...moving, 'quarantine:upload', 'quarantine:parts', 'quarantine:describe'],
  input: z.strictObject({ mediaId: MediaId }),
  output: Upload,
  refuses: ['media.not_found', 'media.not_uploading', 'media.incomplete'],
  status: 200,
});

export const cancelUpload = route({
  method: 'DELETE',
  path: '/uploads/{mediaId}',
  summary: 'Give an upload up that has not arrived; what was reserved for it is free again',
  permission: 'media:upload',
  uses: [...moving, 'quarantine:abort'],
  input: z.strictObject({ mediaId: MediaId }),
  output: Media,
  refuses: ['media.not_found', 'media.not_uploading', 'service.contended'],
  status: 200,
});

/** What is stored and under way, against what may be. Bytes. */
export const MediaUsage = z
  .strictObject({
    used: z.int(),
    /** Of uploads that have not ended. */
    reserved: z.int(),
    /** Null: none. */
    limit: z.int().nullable(),
    lastDay: z.strictObject({ bytes: z.int(), limit: z.int().nullable() }),
    pending: z.strictObject({ uploads: z.int(), most: z.int().nullable() }),
  })
  .meta({ id: 'MediaUsage' });
export type MediaUsage = z.output<typeof MediaUsage>;

export const getMyUsage = route({
  method: 'GET',
  path: '/me/media/usage',
  summary: 'Get how many bytes your media have, and how many they may',
  permission: 'media:upload',
  uses: ['table:get', 'table:batch-get'],
  input: z.strictObject({}),
  output: MediaUsage,
  refuses: [],
  status: 200,
});

export const getTenantUsage = route({
  method: 'GET',
  path: '/tenant/media/usage',
  summary: 'Get how many bytes the tenant’s media have, and how many they may',
  permission: 'tenant:write',
  uses: ['table:get', 'table:batch-get'],
  input: z.strictObject({}),
  output: MediaUsage,
  refuses: [],
  status: 200,
});
