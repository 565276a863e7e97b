import * as z from 'zod';
import { ConditionalCheckFailedException, documents, type UpdateInput } from '#aws/documents.ts';
import { type Media, MediaState, RejectionReason, Rendition, UNUSED_HOURS } from '#contract/media.ts';
import { isFinal, kindOf, mayMove } from '#domain/media.ts';
import { settled } from '#domain/media-quota.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { stepItems } from './media-quota.ts';
import { refusedIn } from './refused.ts';
import { tableName } from './table-name.ts';

/** A rendition as stored: with the SHA-256 (hex) of its bytes. */
const StoredRendition = Rendition.extend({ sha256: z.string() });

/** An upload and what became of it. */
export const StoredMedia = z.object({
  mediaId: z.string(),
  ownerId: z.string(),
  state: MediaState,
  reason: RejectionReason.optional(),
  /** What the uploader said. */
  fileName: z.string(),
  contentType: z.string(),
  bytes: z.number(),
  createdAt: z.number(),
  /** The version of the S3 object that everything after `requested` is about; no other is ever looked at. */
  objectVersion: z.string().optional(),
  /** What its content is. */
  found: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  durationMs: z.number().optional(),
  codec: z.string().optional(),
  thumbhash: z.string().optional(),
  colour: z.string().optional(),
  waveform: z.string().optional(),
  renditions: z.array(StoredRendition).optional(),
  /** Counts the edges taken, from 1. */
  version: z.number(),
  /** Bytes of each part, where it goes in parts. */
  partBytes: z.number().optional(),
  /** S3's name of the upload in parts, from when the first were asked for. */
  uploadId: z.string().optional(),
  /** Pictures are wanted as JPEG too. */
  jpeg: z.boolean().optional(),
  /** The hour (since 1970) in which its bytes were reserved; absent once they are given back. */
  counted: z.number().optional(),
  /** How many things show it (`media-link.ts`); none where it is not said. */
  refs: z.number().optional(),
  /** How often something came to show it or ceased to. */
  moves: z.number().optional(),
  /** Since when (ms) nothing shows it: since it took its final state, or since the last that did was gone. */
  orphanSince: z.number().optional(),
  /** What the malware scan called what it found. */
  threat: z.string().optional(),
  /** Its objects were not where they should be: it is not given out. */
  missing: z.boolean().optional(),
  /** Removed by an admin (ms) while something still shows it. */
  removedAt: z.number().optional(),
  /** Epoch seconds when DynamoDB takes it away: some weeks after nothing came of it. */
  exp: z.number().optional(),
});
export type StoredMedia = z.output<typeof StoredMedia>;

/** The partition of a media: itself, and what shows it. */
export const mediaPartition = (tenant: TenantKey, mediaId: string): string => join(tenant, 'MD', mediaId);

export const MediaEntity = entity({
  type: 'media',
  schema: StoredMedia,
  key: (tenant: TenantKey, mediaId: string): Key => ({ pk: mediaPartition(tenant, mediaId), sk: 'MEDIA' }),
});

/** A stored media as the API shows it. */
export const toMedia = (stored: StoredMedia): Media => ({
  id: stored.mediaId,
  ownerId: stored.ownerId,
  state: stored.state,
  kind: kindOf(stored.contentType),
  reason: stored.reason ?? null,
  claimed: { fileName: stored.fileName, contentType: stored.contentType, bytes: stored.bytes },
  contentType: stored.found ?? null,
  width: stored.width ?? null,
  height: stored.height ?? null,
  durationMs: stored.durationMs ?? null,
  codec: stored.codec ?? null,
  thumbhash: stored.thumbhash ?? null,
  colour: stored.colour ?? null,
  waveform: stored.waveform ?? null,
  renditions: (stored.renditions ?? []).map(({ name, contentType, width, height, bytes }) => ({
    name,
    contentType,
    width,
    height,
    bytes,
  })),
  createdAt: new Date(stored.createdAt).toISOString(),
});

const isLost = (error: unknown): boolean => error instanceof ConditionalCheckFailedException;

/** When a media that nothing arrived for is given up, in ms. */
export const givenUpAt = ({ createdAt }: Pick<StoredMedia, 'createdAt'>): number =>
  createdAt + UNUSED_HOURS * 3_600_000;

/** AP-20 A media by id, consistently; undefined when there is none or it expired before `at` (ms). */
export async function findMedia(tenant: TenantKey, mediaId: string, at: number): Promise<StoredMedia | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: MediaEntity.key(tenant, mediaId),
    ConsistentRead: true,
  });
  const media = Item && MediaEntity.fromItem(Item);
  return media?.exp !== undefined && media.exp * 1_000 <= at ? undefined : media;
}

/** What becomes known of a media on its way. */
const FACTS = [
  'found',
  'width',
  'height',
  'durationMs',
  'codec',
  'thumbhash',
  'colour',
  'waveform',
  'renditions',
  'threat',
] as const satisfies readonly (keyof StoredMedia)[];

/** An edge of a media's states, with what becomes known on it. */
export interface Edge extends Partial<Pick<StoredMedia, 'reason' | (typeof FACTS)[number]>> {
  readonly to: StoredMedia['state'];
}

/** Seconds for which it can be seen why nothing came of an upload. */
const KEPT_SECONDS = 30 * 86_400;

/** Final states. */
type End = Parameters<typeof settled>[1];
const isEnd = (state: StoredMedia['state']): state is End => isFinal(state);

/** States in which no object is bound to a media yet. */
const isUnbound = (state: StoredMedia['state']): boolean => state === 'requested' || state === 'uploading';

/** The write of an edge. */
const edgeOf = (
  tenant: TenantKey,
  media: StoredMedia,
  objectVersion: string | undefined,
  edge: Edge,
  at: number,
): UpdateInput & { readonly next: StoredMedia } => {
  const learned = (['reason', ...FACTS] as const).filter((name) => edge[name] !== undefined);
  const changes: Partial<StoredMedia> = {
    ...(objectVersion === undefined ? {} : { objectVersion }),
    ...(isFinal(edge.to) ? { orphanSince: at } : {}),
    ...(edge.to === 'expired' || edge.to === 'rejected' ? { exp: Math.ceil(at / 1_000) + KEPT_SECONDS } : {}),
    ...Object.fromEntries(learned.map((name) => [name, edge[name]])),
  };
  const names = Object.keys(changes);
  // Where the bytes are given back, it is no longer counted.
  const uncounts = isFinal(edge.to) && edge.to !== 'ready';
  const bound = isUnbound(media.state) ? 'attribute_not_exists(objectVersion)' : 'objectVersion = :bound';
  const { counted, ...uncounted } = media;
  return {
    TableName: tableName(),
    Key: MediaEntity.key(tenant, media.mediaId),
    UpdateExpression: `SET ${['#state = :to', 'version = version + :one', ...names.map((name) => `#${name} = :${name}`)].join(', ')}${uncounts ? ' REMOVE counted' : ''}`,
    ConditionExpression: `#state = :from AND ${bound}`,
    ExpressionAttributeNames: { '#state': 'state', ...Object.fromEntries(names.map((name) => [`#${name}`, name])) },
    ExpressionAttributeValues: {
      ':from': media.state,
      ':to': edge.to,
      ':one': 1,
      ...(isUnbound(media.state) ? {} : { ':bound': objectVersion }),
      ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [`:${name}`, value])),
    },
    next: { ...(uncounts ? uncounted : media), ...changes, state: edge.to, version: media.version + 1 },
  };
};

/**
 * AP-22 Takes an edge from the state `media` was read in, bound to one version of the uploaded object: the edge on which
 * one arrives binds it, every later one demands it; nothing is bound to what never arrived. The edge into a final state settles
 * what was reserved, in the same transaction. Undefined when somebody else moved the media meanwhile: look again.
 */
export async function moveMedia(
  tenant: TenantKey,
  media: StoredMedia,
  objectVersion: string | undefined,
  edge: Edge,
  at = Date.now(),
): Promise<StoredMedia | undefined> {
  if (!mayMove(media.state, edge.to)) throw new Error(`no edge leads from ${media.state} to ${edge.to}`);
  const { next, ...update } = edgeOf(tenant, media, objectVersion, edge, at);
  if (media.counted === undefined || !isEnd(edge.to)) {
    try {
      const { Attributes } = await documents.update({ ...update, ReturnValues: 'ALL_NEW' });
      return MediaEntity.fromItem(Attributes!);
    } catch (error) {
      if (isLost(error)) return undefined;
      throw error;
    }
  }
  let refused = await refusedIn([
    { Update: update },
    ...stepItems(tenant, media, settled(media.bytes, edge.to), media.counted),
  ]);
  if (refused.length > 0 && !refused.includes(0)) {
    // Its hour counts no more there, and does not come back.
    const inDay = [!refused.includes(1), !refused.includes(2)] as const;
    const steps = stepItems(tenant, media, settled(media.bytes, edge.to), media.counted, inDay);
    refused = await refusedIn([{ Update: update }, ...steps]);
  }
  return refused.length === 0 ? next : undefined;
}
