import { pagesOf } from '#aws/documents.ts';
import type { TenantKey } from '#table/entity.ts';
import { galleryPartition } from '#table/gallery.ts';
import { findMedia, mediaPartition } from '#table/media.ts';
import { logPartition, MessageEntity, seqOf } from '#table/message.ts';
import { tableName } from '#table/table-name.ts';

async function itemsIn(pk: string): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for await (const items of pagesOf({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': pk },
  }))
    found.push(...items);
  return found;
}

/** How a media stands: its count, its links, and whether it says that nothing shows it. */
export async function standingOf(tenant: TenantKey, mediaId: string) {
  const [media, items] = await Promise.all([findMedia(tenant, mediaId, 0), itemsIn(mediaPartition(tenant, mediaId))]);
  const links = items.map(({ sk }) => String(sk)).filter((sk) => sk.startsWith('IN#'));
  return { refs: media?.refs ?? 0, links: links.sort(), unused: media?.orphanSince !== undefined };
}

/** Links that messages of a conversation should have to a media, counted by hand, and what its gallery holds. */
export async function byHand(tenant: TenantKey, conversationId: string, mediaId: string) {
  const messages = await itemsIn(logPartition(tenant, conversationId));
  const carriers = messages
    .filter(({ ty }) => ty === MessageEntity.type)
    .filter((item) => {
      const { b, f = [] } = MessageEntity.fromItem(item);
      return b.type !== 'deleted' && (('mediaId' in b && b.mediaId === mediaId) || f.includes(mediaId));
    })
    .map(({ sk }) => `IN#${conversationId}#${String(seqOf(sk)).padStart(15, '0')}`);
  const gallery = (await itemsIn(galleryPartition(tenant, conversationId)))
    .filter((item) => item['mediaId'] === mediaId)
    .map((item) => `IN#${conversationId}#${String(item['s']).padStart(15, '0')}`);
  return { links: carriers.sort(), gallery: gallery.sort() };
}
