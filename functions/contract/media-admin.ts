import * as z from 'zod';
import { Instant, MediaId, UserId } from './ids.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';

export const removeMedia = route({
  method: 'DELETE',
  path: '/media/{mediaId}',
  summary:
    'Remove a media with its objects: one of your own that nothing shows; an admin any, from wherever it is shown (audited)',
  permission: 'media:upload',
  uses: [
    'table:get',
    'table:query',
    'table:put',
    'table:update',
    'table:delete',
    'clean:list',
    'clean:remove',
    'quarantine:list',
    'quarantine:remove',
  ],
  input: z.strictObject({ mediaId: MediaId }),
  output: z.strictObject({ removed: z.literal(true) }),
  refuses: ['media.not_found', 'media.in_use', 'media.not_ended', 'service.contended'],
  status: 200,
});

/** A file in quarantine that the scan found something in. */
const Quarantined = z.strictObject({
  mediaId: MediaId,
  ownerId: UserId,
  fileName: z.string(),
  bytes: z.int(),
  /** What the scan called it; null where it said no name. */
  threat: z.string().nullable(),
  uploadedAt: Instant,
  /** Null where it is not known. */
  quarantinedAt: Instant.nullable(),
});

export const listQuarantined = route({
  method: 'GET',
  path: '/media/quarantined',
  summary: 'List the files that the malware scan holds back, by id (audited); a page may hold fewer than asked for',
  permission: 'media:manage',
  uses: ['table:query', 'table:batch-get', 'table:put', 'signing-key:read'],
  input: z.strictObject({ limit: Limit, cursor: Cursor.optional() }),
  output: page(Quarantined),
  refuses: ['request.cursor_invalid'],
  status: 200,
});

/** What one run did, counted; of a dry run, what it would have done. */
export const CleanupReport = z
  .strictObject({
    /** `cleanup`: what is no longer wanted goes. `reconcile`: table and buckets are compared. */
    kind: z.enum(['cleanup', 'reconcile']),
    startedAt: Instant,
    /** Null while it goes on. */
    endedAt: Instant.nullable(),
    dryRun: z.boolean(),
    /** Media that were looked at. */
    looked: z.int(),
    /** Uploads that never came, or never ended. */
    expired: z.int(),
    /** Media removed, and their bytes. */
    removed: z.int(),
    bytes: z.int(),
    /** Objects removed that no media knows. */
    strays: z.int(),
    /** Media whose objects are gone; they are not given out. */
    missing: z.int(),
    /** Links removed of what shows the media no longer, and counts put right. */
    links: z.int(),
    counts: z.int(),
  })
  .meta({ id: 'CleanupReport' });

export const listCleanupReports = route({
  method: 'GET',
  path: '/media/cleanup-reports',
  summary: 'List what the clean-up of media and its comparison with the buckets did, run by run, newest first',
  permission: 'media:manage',
  uses: ['table:query', 'signing-key:read'],
  input: z.strictObject({ limit: Limit, cursor: Cursor.optional() }),
  output: page(CleanupReport),
  refuses: ['request.cursor_invalid'],
  status: 200,
});

/** What comparing table and buckets takes. */
export const RECONCILING = [
  'table:get',
  'table:batch-get',
  'table:query',
  'table:put',
  'table:update',
  'table:delete',
  'clean:list',
  'clean:remove',
  'quarantine:list',
  'quarantine:remove',
] as const;

export const reconcileMedia = route({
  method: 'POST',
  path: '/media/reconcile',
  summary:
    'Compare table and buckets and repair both; a call works for some seconds and the next goes on where it stopped. With `dryRun` it only tells',
  permission: 'media:manage',
  uses: RECONCILING,
  input: z.strictObject({ dryRun: z.boolean().default(false) }),
  output: CleanupReport,
  refuses: ['media.being_reconciled', 'service.contended'],
  status: 200,
  anew: true,
});
