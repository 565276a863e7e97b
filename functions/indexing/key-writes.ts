import { ConversationId, TenantId, UserId } from '#contract/ids.ts';
import { type Key, scope } from '#table/entity.ts';
import { messagesAt, seqOf } from '#table/message.ts';
import { findUser } from '#table/user.ts';
import { conversationWrites } from './conversation-writes.ts';
import { messageGone, messageWrites } from './message-writes.ts';
import { userGone, userWrite } from './user-writes.ts';
import type { IndexWrite } from './write-documents.ts';

/** What an item of the table is that the index knows of. */
export type Subject =
  | { readonly kind: 'message'; readonly tenantId: string; readonly conversationId: string; readonly seq: number }
  | { readonly kind: 'conversation'; readonly tenantId: string; readonly conversationId: string }
  | { readonly kind: 'user'; readonly tenantId: string; readonly userId: string };

const KINDS: readonly (readonly [Subject['kind'], RegExp])[] = [
  ['message', /^T#(?<tenant>[^#]+)#L#(?<id>[^#]+)\nM#\d{15}$/],
  ['conversation', /^T#(?<tenant>[^#]+)#C#(?<id>[^#]+)\n(?:HEAD|SETTINGS)$/],
  ['user', /^T#(?<tenant>[^#]+)#USERS\nU#(?<id>[^#]+)$/],
];

/** Which thing an item with this key is, or is a part of; undefined for what is not indexed. Raises a `ZodError` for ids that are none. */
export function subjectOf({ pk, sk }: Key): Subject | undefined {
  for (const [kind, pattern] of KINDS) {
    const { tenant, id } = pattern.exec(`${pk}\n${sk}`)?.groups ?? {};
    if (tenant === undefined || id === undefined) continue;
    const tenantId = TenantId.parse(tenant);
    if (kind === 'user') return { kind, tenantId, userId: UserId.parse(id) };
    const conversationId = ConversationId.parse(id);
    return kind === 'message' ? { kind, tenantId, conversationId, seq: seqOf(sk) } : { kind, tenantId, conversationId };
  }
  return undefined;
}

/**
 * What the index is to hold of a thing as the table has it now, consistently; that it is gone when the table has it no more.
 * None for what is not indexed. Raises a `ZodError` when what is there cannot be read.
 */
export async function writesNow(subject: Subject, at: number): Promise<IndexWrite[]> {
  const tenant = scope(subject.tenantId);
  if (subject.kind === 'conversation') return conversationWrites(tenant, [subject.conversationId], at);
  if (subject.kind === 'user') {
    const user = await findUser(tenant, subject.userId);
    return [user ? userWrite(tenant, user) : userGone(tenant, subject.userId, at)];
  }
  const { conversationId, seq } = subject;
  const stored = (await messagesAt(tenant, conversationId, [seq])).get(seq);
  if (!stored) return [messageGone(subject.tenantId, conversationId, seq, at)];
  return messageWrites(tenant, conversationId, [{ seq, stored }]);
}
