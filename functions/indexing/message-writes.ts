import { messageIdOf } from '#contract/ids.ts';
import { mediaIdsIn } from '#domain/removal.ts';
import { isSearched, messageDocument, type NamedMedia } from '#domain/search/message-document.ts';
import { searchedText } from '#domain/search/texts.ts';
import { wholeOf } from '#table/archive-part.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { namesOfMedia } from '#table/media-names.ts';
import type { StoredMessage } from '#table/message.ts';
import { languagesOf } from './language.ts';
import { summed } from './sum.ts';
import { type IndexWrite, REMOVED_VERSION } from './write-documents.ts';

/** A message of a conversation as the table holds it. */
export interface Numbered {
  readonly seq: number;
  readonly stored: StoredMessage;
}

/** The id of a message's document. With the tenant: ids of two tenants' conversations need not differ. */
export const messageDocumentId = (tenantId: string, conversationId: string, seq: number): string =>
  `${tenantId}/${messageIdOf(conversationId, seq)}`;

/** The write that a message which is gone leaves; it wins over all others of it. `at` in ms. */
export const messageGone = (tenantId: string, conversationId: string, seq: number, at: number): IndexWrite => ({
  ...{ id: messageDocumentId(tenantId, conversationId, seq), tenant: tenantId, conversation: conversationId },
  version: REMOVED_VERSION,
  document: { kind: 'gone', tenant: tenantId, conversation: conversationId, seq, removedAt: at },
});

/** A message with its place. */
export interface PlacedMessage extends Numbered {
  readonly conversationId: string;
}

/** What is written of one message; its version counts the changes of its item. */
function writeOf(
  tenant: string,
  { conversationId: conversation, seq, stored }: PlacedMessage,
  media: ReadonlyMap<string, NamedMedia>,
): IndexWrite {
  const place = { tenant, conversation, seq };
  return {
    ...{ id: messageDocumentId(tenant, conversation, seq), tenant, conversation },
    version: (stored.i ?? 0) + 1,
    document: isSearched(stored)
      ? summed(messageDocument(place, stored, { media, ...languagesOf(searchedText(stored.b)) }))
      : // It may be restored: the next version wins over this.
        { kind: 'gone', ...place, removedAt: stored.e ?? stored.a },
  };
}

/**
 * What the index is to hold of messages of a tenant, each given as the table holds it, in their order: what lies in the archive is read
 * from there, and the names of their media from the table. None of them may be what the server says. Raises `Corrupt`.
 */
export async function placedMessageWrites(
  tenant: TenantKey,
  messages: readonly PlacedMessage[],
): Promise<IndexWrite[]> {
  const whole = await wholeOf(tenant, messages);
  const mediaIds = whole.flatMap(({ stored }) => mediaIdsIn(stored));
  const media = mediaIds.length === 0 ? new Map() : await namesOfMedia(tenant, mediaIds);
  return whole.map((message) => writeOf(tenantIdOf(tenant), message, media));
}

/** The same for messages of one conversation; what the server says is left out. Raises `Corrupt`. */
export const messageWrites = (
  tenant: TenantKey,
  conversationId: string,
  items: readonly Numbered[],
): Promise<IndexWrite[]> =>
  placedMessageWrites(
    tenant,
    items.flatMap((item) => (item.stored.b.type === 'system' ? [] : [{ ...item, conversationId }])),
  );
