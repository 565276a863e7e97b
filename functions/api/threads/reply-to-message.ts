import { partsOfMessageId } from '#contract/ids.ts';
import type { replyToMessage } from '#contract/threads.ts';
import { type Listener, toMoveUp } from '#domain/bump.ts';
import { Refusal } from '#domain/refusal.ts';
import { placeUnder, type Summary, withReply } from '#domain/thread.ts';
import type { Caller } from '#runtime/caller.ts';
import { log } from '#runtime/log.ts';
import { mintClientId } from '#runtime/operation-id.ts';
import type { Handle, Request } from '#runtime/service.ts';
import type { Threaded } from '#sending/outgoing.ts';
import { send } from '#sending/send.ts';
import { threadEvent } from '#syncing/log-event.ts';
import type { TenantKey } from '#table/entity.ts';
import { findStoredMessage, type StoredMessage } from '#table/message.ts';
import { storeReply, type ThreadKey } from '#table/thread.ts';
import { followersOf, moveThreadUp } from '#table/thread-list.ts';
import { findThreadMember, follow, partOf, type ThreadMember } from '#table/thread-member.ts';
import { findSeen } from './find-thread.ts';

/** Tries of one reply at its number; each failure means that somebody else changed the thread. */
const ROUNDS = 20;

/** The message that is answered, or why it cannot be. */
async function target(request: Request, messageId: string): Promise<{ stored?: StoredMessage; refusal?: Refusal }> {
  try {
    const { stored } = await findSeen(request, messageId);
    if (stored.z) return { stored, refusal: new Refusal('message.archived') };
    return stored.b.type === 'deleted' ? { stored, refusal: new Refusal('message.deleted') } : { stored };
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error };
    throw error;
  }
}

/** A thread with its author-to-be's standing in it. */
interface Look {
  readonly root: StoredMessage;
  readonly member: ThreadMember | undefined;
}

async function look(tenant: TenantKey, thread: ThreadKey, userId: string): Promise<Look> {
  const [root, member] = await Promise.all([
    findStoredMessage(tenant, { conversationId: thread.conversationId, seq: thread.root }),
    findThreadMember(tenant, thread, userId),
  ]);
  if (!root) throw new Refusal('message.not_found');
  if (root.z) throw new Refusal('message.archived');
  return { root, member };
}

/** How a reply by this caller differs from a message of its own. */
function within(
  { tenant, userId }: Caller,
  { conversationId, seq: parent }: { readonly conversationId: string; readonly seq: number },
  { stored: answered, refusal }: { stored?: StoredMessage; refusal?: Refusal },
  mentioned: readonly string[],
): Threaded {
  const placed = answered && !refusal ? placeUnder(parent, answered.t) : undefined;
  const place = placed instanceof Refusal ? undefined : placed;
  const thread = { conversationId, root: place?.r ?? answered?.t?.r ?? parent };
  let made: { readonly summary: Summary; readonly author: string } | undefined;
  const current = async (): Promise<typeof made> => {
    const root = await findStoredMessage(tenant, { conversationId, seq: thread.root });
    return root?.k && { summary: root.k, author: root.u };
  };
  return {
    asked: ['reply', parent],
    refusal: refusal ?? (placed instanceof Refusal ? placed : undefined),
    place,
    store: async (seq, stored, media) => {
      const { t, a: at } = stored;
      if (!t) throw new Error('a reply has a place');
      for (let round = 1; round <= ROUNDS; round++) {
        const { root, member } = await look(tenant, thread, userId);
        const after = withReply(root.k, { by: userId, isNew: !member?.replied, seq, at });
        const written = await storeReply(tenant, {
          message: { conversationId, seq },
          stored: { ...stored, t },
          before: root.k,
          after,
          parts: partOf(tenant, thread, userId, member, { reason: 'replied', replied: true, at }),
          media,
        });
        if (written === 'done') made = { summary: after, author: root.u };
        if (written !== 'stale') return written === 'done';
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * round));
      }
      throw new Refusal('service.contended');
    },
    events: async (seq, at, replayed) => {
      const now = replayed ? await current() : made;
      if (!now) return [];
      const { summary: said, author } = now;
      // Also by a repetition: whoever sent it first may have died before.
      const first = seq === said.f && author !== userId;
      await Promise.all([
        first && follow(tenant, thread, author, 'author', at),
        ...mentioned.map((user) => user !== userId && follow(tenant, thread, user, 'mentioned', at)),
      ]);
      return [threadEvent(conversationId, seq, thread.root, said)];
    },
  };
}

/** Moves the thread up in the lists of those who follow it. Never raises: the reply is stored, and the next one moves it too. */
async function moveUp(tenant: TenantKey, thread: ThreadKey, sender: string, at: number): Promise<void> {
  try {
    const listeners: Listener[] = toMoveUp(await followersOf(tenant, thread), sender, at);
    await Promise.all(listeners.map((listener) => moveThreadUp(tenant, thread, listener, at)));
  } catch (error) {
    log.error('thread.not_moved_up', error, { conversationId: thread.conversationId });
  }
}

/** A reply is a message like any other, with every check of one; stored together with what it changes of its thread. */
export const handleReplyToMessage: Handle<typeof replyToMessage> = async (
  { messageId, clientId = mintClientId(), ...draft },
  request,
) => {
  const { caller, at } = request;
  const { tenant, userId } = caller;
  const parent = partsOfMessageId(messageId);
  const { conversationId } = parent;
  const mentioned = [...new Set(draft.mentions?.userIds ?? [])];
  const reply = within(caller, parent, await target(request, messageId), mentioned);
  const answer = await send(request, { conversationId, clientId, ...draft, within: reply });
  const root = answer.body.thread && partsOfMessageId(answer.body.thread.rootId).seq;
  if (root) await moveUp(tenant, { conversationId, root }, userId, at);
  return answer;
};
