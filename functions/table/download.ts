import * as z from 'zod';
import { documents } from '#aws/documents.ts';
import { RenditionName } from '#contract/media.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { mediaPartition } from './media.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Which download of a media: when it was (ms), and a token that no other has. */
export interface DownloadId {
  readonly mediaId: string;
  readonly at: number;
  readonly id: string;
}

const StoredDownload = z.object({
  userId: z.string(),
  rendition: RenditionName,
  /** Bytes that were charged. */
  bytes: z.number(),
  at: z.number(),
  id: z.string(),
  /** Bytes that the logs of the CDN have said; undefined while they have said nothing. */
  served: z.number().optional(),
  [TABLE.ttl]: z.number().optional(),
});
export type StoredDownload = z.output<typeof StoredDownload>;

/** That somebody was given an address of a media. It goes when the tenant no longer keeps who downloaded what. */
export const DownloadEntity = entity({
  type: 'download',
  schema: StoredDownload,
  key: (tenant: TenantKey, { mediaId, at, id }: DownloadId): Key => ({
    pk: mediaPartition(tenant, mediaId),
    sk: join('DL', digits(at), id),
  }),
});

const Total = z.object({ downloads: z.number().default(0), bytes: z.number().default(0) });

/** How often a media was downloaded, ever. */
export const DownloadTotalEntity = entity({
  type: 'download-total',
  schema: Total,
  key: (tenant: TenantKey, mediaId: string): Key => ({ pk: mediaPartition(tenant, mediaId), sk: 'DOWNLOADS' }),
});

/** AP-560 Note who downloads what; `until` (ms) it is kept. */
const note = (tenant: TenantKey, mediaId: string, download: StoredDownload, until: number): Promise<void> =>
  documents.put({
    TableName: tableName(),
    Item: DownloadEntity.toItem(
      tenant,
      { mediaId, at: download.at, id: download.id },
      { ...download, [TABLE.ttl]: Math.ceil(until / 1_000) },
    ),
  });

/** AP-561 Count one more download of a media. */
const count = (tenant: TenantKey, mediaId: string, bytes: number): Promise<unknown> =>
  documents.update({
    TableName: tableName(),
    Key: DownloadTotalEntity.key(tenant, mediaId),
    UpdateExpression: 'SET #ty = :ty ADD #downloads :one, #bytes :bytes',
    ExpressionAttributeNames: { '#ty': TABLE.entity, '#downloads': 'downloads', '#bytes': 'bytes' },
    ExpressionAttributeValues: { ':ty': DownloadTotalEntity.type, ':one': 1, ':bytes': bytes },
  });

/** Notes a download and counts it: two write units. */
export const trackDownload = (
  tenant: TenantKey,
  mediaId: string,
  download: StoredDownload,
  until: number,
): Promise<unknown> => Promise.all([note(tenant, mediaId, download, until), count(tenant, mediaId, download.bytes)]);

/** AP-562 How often a media was downloaded, and the bytes of it. */
export async function totalOf(tenant: TenantKey, mediaId: string): Promise<z.output<typeof Total>> {
  const { Item } = await documents.get({ TableName: tableName(), Key: DownloadTotalEntity.key(tenant, mediaId) });
  return Item ? DownloadTotalEntity.fromItem(Item) : { downloads: 0, bytes: 0 };
}

/** AP-563 Downloads of a media since a moment (ms) and before one of them, newest first. */
export async function listDownloads(
  tenant: TenantKey,
  mediaId: string,
  page: { readonly since: number; readonly before: Omit<DownloadId, 'mediaId'> | undefined; readonly limit: number },
): Promise<{ downloads: StoredDownload[]; more: boolean }> {
  const { since, before, limit } = page;
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': mediaPartition(tenant, mediaId),
      ':first': join('DL', digits(since)),
      ':last': before ? join('DL', digits(before.at), before.id) : 'DL#~',
    },
    ScanIndexForward: false,
    // The one it is to be before is found too.
    Limit: limit + 2,
  });
  const found = Items.map(DownloadEntity.fromItem).filter(({ at, id }) => !(before?.at === at && before.id === id));
  return { downloads: found.slice(0, limit), more: found.length > limit };
}
