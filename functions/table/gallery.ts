import * as z from 'zod';
import { MediaKind } from '#contract/media.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';

/** One media of one message, by its kind and the message's number. */
export interface GalleryId {
  readonly conversationId: string;
  readonly kind: z.output<typeof MediaKind>;
  readonly seq: number;
  readonly mediaId: string;
}

/** The partition of a conversation's gallery. */
export const galleryPartition = (tenant: TenantKey, conversationId: string): string =>
  join(tenant, 'CG', conversationId);

/**
 * That a message of a conversation shows a media: `u` who sent it, `a` when (ms). A gallery's page of one kind is one range.
 * It comes and goes with the media's link.
 */
export const GalleryEntity = entity({
  type: 'gallery',
  schema: z.object({ mediaId: z.string(), s: z.number(), k: MediaKind, u: z.string(), a: z.number() }),
  key: (tenant: TenantKey, { conversationId, kind, seq, mediaId }: GalleryId): Key => ({
    pk: galleryPartition(tenant, conversationId),
    sk: join(kind, digits(seq), mediaId),
  }),
});
