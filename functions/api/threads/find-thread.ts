import { partsOfMessageId } from '#contract/ids.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Request } from '#runtime/service.ts';
import type { MessageKey, StoredMessage } from '#table/message.ts';
import { findVisible, type Visible } from '#table/visible-message.ts';

/** Who asks, and when. */
type Asking = Pick<Request, 'caller' | 'at'>;

/** A message that its reader may see, in its conversation. */
export interface Seen extends Visible, MessageKey {}

async function findAt({ caller, at }: Asking, message: MessageKey): Promise<Seen> {
  const visible = await findVisible(caller.tenant, message, caller.userId, at);
  if (!visible) throw new Refusal('message.not_found');
  return { ...visible, ...message };
}

/** The message, for a member who may see it. Raises `message.not_found`. */
export const findSeen = (asking: Asking, messageId: string): Promise<Seen> =>
  findAt(asking, partsOfMessageId(messageId));

/** A thread that its reader may see: the root, whichever of its messages was named. */
export interface Thread extends Pick<Visible, 'sight'> {
  readonly conversationId: string;
  readonly root: number;
  readonly stored: StoredMessage;
}

/** The thread that a message is in, or would be the root of. Raises `message.not_found`, also where the root is not the reader's to see. */
export async function findThread(asking: Asking, messageId: string): Promise<Thread> {
  const seen = await findSeen(asking, messageId);
  const root = seen.stored.t?.r ?? seen.seq;
  const { conversationId } = seen;
  const { stored, sight } = root === seen.seq ? seen : await findAt(asking, { conversationId, seq: root });
  return { conversationId, root, stored, sight };
}
