import * as z from 'zod';
import type { ErrorCode } from './errors.ts';
import { Instant, MediaId, UserId } from './ids.ts';
import { RenditionName } from './media.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';

/** Media that addresses may be asked for at once: a screen of pictures. */
export const MAX_ADDRESSES = 50;

/** Days that totals may be asked for at once. */
export const MAX_TOTAL_DAYS = 92;

const Address = z.strictObject({
  url: z.string(),
  /** Until then it works; after four fifths of its time, asking again gives one that works longer. */
  expiresAt: Instant,
  rendition: RenditionName,
  /** As it will be answered. */
  contentType: z.string(),
  bytes: z.int(),
});

const MINTS = [
  'table:get',
  'table:batch-get',
  'table:query',
  'table:query-by-user',
  'table:put',
  'table:update',
  'clean:read',
  'media-key:read',
] as const;

/** Why there is no address. */
const ADDRESS_REFUSALS = [
  'media.not_found',
  'media.not_ready',
  'media.rendition_missing',
  'media.bandwidth_exceeded',
] as const satisfies readonly ErrorCode[];

export const getMediaUrl = route({
  method: 'GET',
  path: '/media/{mediaId}/url',
  aliases: [{ method: 'GET', path: '/media/{mediaId}/download' }],
  summary:
    'Get an address to show or download a media at, valid for some minutes; of a recording, for as long as it takes to play',
  permission: 'media:read',
  uses: MINTS,
  input: z.strictObject({
    mediaId: MediaId,
    /** Without it: the picture, the video or the sound to show; of a file, the file. */
    rendition: RenditionName.optional(),
  }),
  output: Address,
  refuses: [...ADDRESS_REFUSALS, 'service.contended'],
  status: 200,
});

export const getMediaUrls = route({
  method: 'POST',
  path: '/media/urls',
  summary: 'Get addresses of up to 50 media, each answered by itself',
  permission: 'media:read',
  uses: MINTS,
  input: z.strictObject({
    mediaIds: z
      .array(MediaId)
      .min(1)
      .max(MAX_ADDRESSES)
      .refine((ids) => new Set(ids).size === ids.length, 'names a media twice'),
    /** The same of each; without it, what `GET /media/{mediaId}/url` gives of it. */
    rendition: RenditionName.optional(),
  }),
  output: z.strictObject({
    /** In the order of the request. */
    items: z.array(
      z.union([
        Address.extend({ mediaId: MediaId }),
        z.strictObject({ mediaId: MediaId, code: z.enum(ADDRESS_REFUSALS) }),
      ]),
    ),
  }),
  refuses: ['service.contended'],
  status: 200,
});

export const listDownloads = route({
  method: 'GET',
  path: '/media/{mediaId}/downloads',
  summary: 'List who got addresses of a media and when, newest first: for its owner and for admins',
  permission: 'media:read',
  uses: ['table:get', 'table:query', 'signing-key:read'],
  input: z.strictObject({ mediaId: MediaId, limit: Limit, cursor: Cursor.optional() }),
  output: page(z.strictObject({ userId: UserId, rendition: RenditionName, bytes: z.int(), at: Instant })).extend({
    /** Ever, those included whose names are no longer kept. */
    total: z.strictObject({ downloads: z.int(), bytes: z.int() }),
  }),
  refuses: ['media.not_found', 'request.cursor_invalid'],
  status: 200,
});

const Day = z.iso.date().meta({ example: '2026-11-21' });

export const listTenantDownloads = route({
  method: 'GET',
  path: '/tenant/media/downloads',
  summary: 'List how much the tenant downloaded on each day (UTC) of up to 92',
  permission: 'media:account',
  uses: ['table:query'],
  input: z
    .strictObject({ from: Day, to: Day })
    .refine(({ from, to }) => from <= to, { path: ['to'], message: 'is before `from`' })
    .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < MAX_TOTAL_DAYS * 86_400_000, {
      path: ['to'],
      message: `is more than ${MAX_TOTAL_DAYS} days`,
    }),
  output: z.strictObject({
    /** Days without downloads are left out. */
    items: z.array(
      z.strictObject({
        day: Day,
        downloads: z.int(),
        /** What counts against the budget: whole renditions, until the logs of the CDN say what was fetched of them. */
        bytes: z.int(),
        /** What those logs have said so far; 0 without a CDN. */
        served: z.int(),
      }),
    ),
  }),
  refuses: [],
  status: 200,
});
