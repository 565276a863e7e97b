import * as z from 'zod';
import { ConversationId, TenantId } from '#contract/ids.ts';
import type { Change } from '#table/change.ts';
import { MessageEntity, type StoredMessage, seqOf } from '#table/message.ts';

const Key = z.object({
  pk: z.string().regex(/^T#[^#]+#L#[^#]+$/),
  sk: z.string().regex(/^M#\d{15}$/),
});

/** A message with its place, as a change of the table tells it. */
export interface LoggedMessage {
  readonly tenant: string;
  readonly conversationId: string;
  readonly seq: number;
  readonly stored: StoredMessage;
}

/** The message that a change is about. Raises a `ZodError` when its key or its item cannot be read. */
export function loggedMessage({ key, item }: Change): LoggedMessage {
  const { pk, sk } = Key.parse(key);
  const [, tenant, , conversationId] = pk.split('#');
  return {
    tenant: TenantId.parse(tenant),
    conversationId: ConversationId.parse(conversationId),
    seq: seqOf(sk),
    stored: MessageEntity.fromItem(item),
  };
}
