import { createHash } from 'node:crypto';
import type * as z from 'zod';
import type { MediaKind, RenditionName } from '#contract/media.ts';

/** Where the upload of a media lies in quarantine. The kind is last: events are given to functions by how a key ends. */
export const quarantineKeyOf = (tenantId: string, mediaId: string, kind: MediaKind): string =>
  `${tenantId}/${mediaId}/${kind}`;

/**
 * Where a rendition lies in the clean bucket. The version of the uploaded object is part of it (64 bits of a SHA-256): what
 * is served can only have been made of the object that was scanned.
 */
export const cleanKeyOf = (
  tenantId: string,
  mediaId: string,
  objectVersion: string,
  rendition: z.output<typeof RenditionName>,
): string => {
  const version = createHash('sha256').update(objectVersion).digest('hex').slice(0, 16);
  return `${tenantId}/${mediaId}/${version}/${rendition}`;
};

/** What the keys of all objects of a media begin with, in both buckets. */
export const mediaPrefixOf = (tenantId: string, mediaId: string): string => `${tenantId}/${mediaId}/`;
