import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { type Media, MediaState, RejectionReason, Rendition } from '#contract/media.ts';
import { isFinal, kindOf, mayMove } from '#domain/media.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
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
  /** How many things show it (`media-link.ts`); none where it is not said. */
  refs: z.number().optional(),
  /** Since when (ms) nothing shows it: since it took its final state, or since the last that did was gone. */
  orphanSince: z.number().optional(),
  /** Its objects were not where they should be: it is not given out. */
  missing: z.boolean().optional(),
  /** Removed by an admin (ms) while something still shows it. */
  removedAt: z.number().optional(),
  /** Epoch seconds when it goes away, while nothing has been uploaded. */
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

/** AP-21 Writes a new media; false when the id is taken by one that has not expired. */
export async function createMedia(tenant: TenantKey, media: StoredMedia): Promise<boolean> {
  try {
    await documents.put({
      TableName: tableName(),
      Item: MediaEntity.toItem(tenant, media.mediaId, media),
      // DynamoDB deletes late: what has expired is gone already.
      ConditionExpression: 'attribute_not_exists(pk) OR exp <= :now',
      ExpressionAttributeValues: { ':now': Math.floor(media.createdAt / 1_000) },
    });
    return true;
  } catch (error) {
    if (isLost(error)) return false;
    throw error;
  }
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
] as const satisfies readonly (keyof StoredMedia)[];

/** An edge of a media's states, with what becomes known on it. */
export interface Edge extends Partial<Pick<StoredMedia, 'reason' | (typeof FACTS)[number]>> {
  readonly to: StoredMedia['state'];
}

/** States in which no object is bound to a media yet. */
const isUnbound = (state: StoredMedia['state']): boolean => state === 'requested' || state === 'uploading';

/**
 * AP-22 Takes an edge from the state `media` was read in, bound to one version of the uploaded object: the edge on which
 * one arrives binds it, every later one demands it. Undefined when somebody else moved the media meanwhile: look again.
 */
export async function moveMedia(
  tenant: TenantKey,
  media: StoredMedia,
  objectVersion: string,
  edge: Edge,
): Promise<StoredMedia | undefined> {
  const { to } = edge;
  if (!mayMove(media.state, to)) throw new Error(`no edge leads from ${media.state} to ${to}`);
  const learned = (['reason', ...FACTS] as const).filter((name) => edge[name] !== undefined);
  try {
    const { Attributes } = await documents.update({
      TableName: tableName(),
      Key: MediaEntity.key(tenant, media.mediaId),
      UpdateExpression: [
        'SET #state = :to, version = version + :one, objectVersion = :object',
        ...learned.map((name) => `#${name} = :${name}`),
        ...(isFinal(to) ? ['orphanSince = :now'] : []),
      ]
        .join(', ')
        .concat(' REMOVE exp'),
      ConditionExpression: `#state = :from AND ${isUnbound(media.state) ? 'attribute_not_exists(objectVersion)' : 'objectVersion = :object'}`,
      ExpressionAttributeNames: {
        '#state': 'state',
        ...Object.fromEntries(learned.map((name) => [`#${name}`, name])),
      },
      ExpressionAttributeValues: {
        ':from': media.state,
        ':to': to,
        ':one': 1,
        ':object': objectVersion,
        ...Object.fromEntries(learned.map((name) => [`:${name}`, edge[name]])),
        ...(isFinal(to) ? { ':now': Date.now() } : {}),
      },
      ReturnValues: 'ALL_NEW',
    });
    return MediaEntity.fromItem(Attributes!);
  } catch (error) {
    if (isLost(error)) return undefined;
    throw error;
  }
}
