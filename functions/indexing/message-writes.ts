import { messageIdOf } from '#contract/ids.ts';
import { mediaIdsIn } from '#domain/removal.ts';
import { isSearched, messageDocument, type NamedMedia } from '#domain/search/message-document.ts';
import { wholeOf } from '#table/archive-part.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { namesOfMedia } from '#table/media-names.ts';
import type { StoredMessage } from '#table/message.ts';
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

/** What is written of one message; its version counts the changes of its item. */
function writeOf(
  tenant: string,
  conversation: string,
  { seq, stored }: Numbered,
  media: ReadonlyMap<string, NamedMedia>,
): IndexWrite {
  const place = { tenant, conversation, seq };
  return {
    ...{ id: messageDocumentId(tenant, conversation, seq), tenant, conversation },
    version: (stored.i ?? 0) + 1,
    document: isSearched(stored)
      ? summed(messageDocument(place, stored, { media, lang: undefined }))
      : // It may be restored: the next version wins over this.
        { kind: 'gone', ...place, removedAt: stored.e ?? stored.a },
  };
}

/**
 * What the index is to hold of messages of a conversation, given as the table holds them: what lies in the archive is read
 * from there, and the names of their media from the table. What the server says is left out. Raises `Corrupt`.
 */
export async function messageWrites(
  tenant: TenantKey,
  conversationId: string,
  items: readonly Numbered[],
): Promise<IndexWrite[]> {
  const wanted = items.filter(({ stored }) => stored.b.type !== 'system');
  const whole = await wholeOf(
    tenant,
    wanted.map((item) => ({ ...item, conversationId })),
  );
  const media = await namesOfMedia(
    tenant,
    whole.flatMap(({ stored }) => mediaIdsIn(stored)),
  );
  return whole.map((item) => writeOf(tenantIdOf(tenant), conversationId, item, media));
}
