import type { listConversationMedia } from '#contract/gallery.ts';
import { messageIdOf } from '#contract/ids.ts';
import { MediaKind } from '#contract/media.ts';
import { Refusal } from '#domain/refusal.ts';
import { inSight, sightOf } from '#domain/visibility.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { batchGet } from '#table/batch-get.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import { listGallery } from '#table/gallery.ts';
import { hiddenBetween } from '#table/hidden.ts';
import { MediaEntity, toMedia } from '#table/media.ts';
import { rulesOf } from '#table/tenant-settings.ts';

/** A page of what a conversation shows: read like its history, with the same eyes. */
export const handleListConversationMedia: Handle<typeof listConversationMedia> = async (
  { conversationId, type, limit, cursor },
  { caller: { tenant, userId }, at },
) => {
  const key = await signingKey('cursor');
  const list = `gallery\n${tenant}\n${userId}\n${conversationId}\n${type ?? ''}`;
  const [before, mediaId] = cursor === undefined ? [] : positionOf(key, list, cursor);
  const [{ head, member }, { retention }] = await Promise.all([
    findHeadFor(tenant, conversationId, userId),
    rulesOf(tenant, at),
  ]);
  if (!head || !member) throw new Refusal('conversation.not_found');
  const sight = sightOf(head, member, retention, at);
  const { entries, more } = await listGallery(tenant, conversationId, type ? [type] : MediaKind.options, {
    before: before === undefined ? undefined : { seq: Number(before), mediaId: String(mediaId) },
    limit,
  });
  const seen = entries.filter(({ s, a }) => inSight(sight, s, a));
  const [first, last] = [entries[0], entries.at(-1)];
  const [hidden, items] = await Promise.all([
    first && last ? hiddenBetween(tenant, { conversationId, userId }, sight, [last.s, first.s]) : new Set<number>(),
    batchGet(
      seen.map((entry) => MediaEntity.key(tenant, entry.mediaId)),
      { consistent: true },
    ),
  ]);
  const media = new Map(items.map(MediaEntity.fromItem).map((one) => [one.mediaId, one]));
  return {
    body: {
      items: seen.flatMap(({ mediaId: id, s, u, a }) => {
        const shown = media.get(id);
        if (!shown || shown.removedAt !== undefined || hidden.has(s)) return [];
        const sentAt = new Date(a).toISOString();
        return [{ media: toMedia(shown), messageId: messageIdOf(conversationId, s), senderId: u, sentAt }];
      }),
      // Below what is seen nothing is.
      nextCursor: more && last && last.s >= sight.from ? cursorFor(key, list, [last.s, last.mediaId]) : null,
    },
  };
};
