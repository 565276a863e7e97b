import { messageIdOf } from '#contract/ids.ts';
import { indexVersion, REMOVED_VERSION, searchableText } from '#domain/searchable.ts';
import type { IndexWrite } from '#gateways/search-bulk.ts';
import { type Change, changeOf } from '#table/change.ts';
import { MessageEntity } from '#table/message.ts';
import { loggedMessage } from './logged-message.ts';

/**
 * What the index is to hold after a change of the table; undefined when the change is none of its business. Depends on the
 * change alone, and its version puts it in order with all others of that message: records may come twice, late, in any order.
 */
export function messageWrite(record: unknown): IndexWrite | undefined {
  const change: Change = changeOf(record);
  if (change.entity !== MessageEntity.type) return undefined;
  const { tenant, conversationId, seq, stored } = loggedMessage(change);
  // Its content went to the archive; what it says is what the index holds already.
  if (stored.z && change.op !== 'REMOVE') return undefined;
  // What the server says never had a text and never gets one.
  if (stored.b.type === 'system') return undefined;
  const text = change.op === 'REMOVE' ? undefined : searchableText(stored.b);
  // A new message without text has nothing before it that a tombstone would have to hide.
  if (text === undefined && change.op === 'INSERT') return undefined;
  return {
    // With the tenant: ids of two tenants' conversations need not differ.
    id: `${tenant}/${messageIdOf(conversationId, seq)}`,
    tenant,
    version: change.op === 'REMOVE' ? REMOVED_VERSION : indexVersion(stored.v, text !== undefined),
    document:
      text === undefined
        ? { removedAt: change.at }
        : { tenant, conversation: conversationId, seq, sender: stored.u, at: stored.s ?? stored.a, text },
  };
}
