import { partsOfMessageId } from '#contract/ids.ts';
import { Refusal } from '#domain/refusal.ts';
import { firstVisible } from '#domain/settings.ts';
import type { Caller } from '#runtime/caller.ts';
import type { Head } from '#table/conversation.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import { findStoredMessage, type StoredMessage } from '#table/message.ts';

/** A message that its reader may see, in its conversation. */
export interface Seen {
  readonly conversationId: string;
  readonly seq: number;
  readonly stored: StoredMessage;
  readonly head: Head;
  /** The first number they may see. */
  readonly from: number;
}

/** The message, for a member who may see it. Raises `message.not_found`. */
export async function findSeen({ tenant, userId }: Caller, messageId: string): Promise<Seen> {
  const { conversationId, seq } = partsOfMessageId(messageId);
  const [{ head, member }, stored] = await Promise.all([
    findHeadFor(tenant, conversationId, userId),
    findStoredMessage(tenant, { conversationId, seq }),
  ]);
  if (!head || !member || !stored) throw new Refusal('message.not_found');
  const from = firstVisible(head.rules, member);
  if (seq < from) throw new Refusal('message.not_found');
  return { conversationId, seq, stored, head, from };
}

/** A thread that its reader may see: the root, whichever of its messages was named. */
export interface Thread {
  readonly conversationId: string;
  readonly root: number;
  readonly stored: StoredMessage;
  readonly head: Head;
  readonly from: number;
}

/** The thread that a message is in, or would be the root of. Raises `message.not_found`, also where the root is not the reader's to see. */
export async function findThread(caller: Caller, messageId: string): Promise<Thread> {
  const { conversationId, seq, stored, head, from } = await findSeen(caller, messageId);
  const root = stored.t?.r ?? seq;
  if (root === seq) return { conversationId, root, stored, head, from };
  const found = root < from ? undefined : await findStoredMessage(caller.tenant, { conversationId, seq: root });
  if (!found) throw new Refusal('message.not_found');
  return { conversationId, root, stored: found, head, from };
}
