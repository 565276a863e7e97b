import { sameDocument } from '#domain/search/message-document.ts';
import { conversationGone } from '#indexing/conversation-writes.ts';
import { subjectOf } from '#indexing/key-writes.ts';
import { messageGone } from '#indexing/message-writes.ts';
import { userGone, userWrite } from '#indexing/user-writes.ts';
import type { IndexWrite } from '#indexing/write-documents.ts';
import { type Change, changeOf } from '#table/change.ts';
import { HeadEntity } from '#table/conversation.ts';
import { scope } from '#table/entity.ts';
import { MessageEntity } from '#table/message.ts';
import { ProfileEntity } from '#table/settings.ts';
import { UserEntity } from '#table/user.ts';
import { type LoggedMessage, loggedMessage } from './logged-message.ts';

/** What a change of the table asks of the index; `at` is when it happened (ms). */
export type IndexChange = { readonly at: number; readonly tenantId: string } & (
  | { readonly write: IndexWrite }
  /** A message in the state that the change left it in. */
  | { readonly message: LoggedMessage }
  /** A conversation whose name or description is to be looked up. */
  | { readonly conversationId: string }
);

/** Depends on the change alone, and its version puts it in order with all others of that message: records may come twice, late, in any order. */
function ofMessage(change: Change): IndexChange | undefined {
  const message = loggedMessage(change);
  const { tenant: tenantId, conversationId, seq, stored } = message;
  // What the server says is not searched.
  if (stored.b.type === 'system') return undefined;
  const { at } = change;
  if (change.op === 'REMOVE') return { at, tenantId, write: messageGone(tenantId, conversationId, seq, at) };
  // Its content went to the archive; what it says is what the index holds already.
  if (stored.z?.o) return undefined;
  const before = change.before && MessageEntity.schema.safeParse(change.before);
  const place = { tenant: tenantId, conversation: conversationId, seq };
  if (before?.success && sameDocument(place, before.data, stored)) return undefined;
  return { at, tenantId, message };
}

function ofUser({ op, key, item, before, at }: Change): IndexChange | undefined {
  const subject = subjectOf(key);
  if (subject?.kind !== 'user') return undefined;
  const { tenantId, userId } = subject;
  if (op === 'REMOVE') return { at, tenantId, write: userGone(scope(tenantId), userId, at) };
  if (op === 'MODIFY' && before?.displayName === item.displayName) return undefined;
  return { at, tenantId, write: userWrite(scope(tenantId), UserEntity.fromItem(item)) };
}

function ofConversation({ op, entity, key, item, before, at }: Change): IndexChange | undefined {
  const subject = subjectOf(key);
  if (subject?.kind !== 'conversation') return undefined;
  const { tenantId, conversationId } = subject;
  if (entity === HeadEntity.type) {
    if (op === 'REMOVE') return { at, tenantId, write: conversationGone(scope(tenantId), conversationId, at) };
    // A head changes with every message, and its name with the profile.
    return op === 'INSERT' ? { at, tenantId, conversationId } : undefined;
  }
  // A profile goes with its head.
  if (op === 'REMOVE') return undefined;
  if (before?.name === item.name && before?.description === item.description) return undefined;
  return { at, tenantId, conversationId };
}

/** What a change of the table asks of the index; undefined when the change is none of its business. Raises a `ZodError` when it cannot be read. */
export function indexChange(record: unknown): IndexChange | undefined {
  const change = changeOf(record);
  switch (change.entity) {
    case MessageEntity.type:
      return ofMessage(change);
    case UserEntity.type:
      return ofUser(change);
    case HeadEntity.type:
    case ProfileEntity.type:
      return ofConversation(change);
    default:
      return undefined;
  }
}
