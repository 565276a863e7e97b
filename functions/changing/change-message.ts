import { partsOfMessageId } from '#contract/ids.ts';
import type { MessageBody } from '#contract/message-bodies.ts';
import type { Mentions } from '#contract/message-parts.ts';
import type { Message } from '#contract/messages.ts';
import { announce } from '#delivery/announce.ts';
import { openSocketsOf } from '#delivery/open-sockets.ts';
import { previewNow } from '#domain/preview.ts';
import { Refusal } from '#domain/refusal.ts';
import { log as logger } from '#runtime/log.ts';
import { mintClientId, parseOperationId } from '#runtime/operation-id.ts';
import type { Request } from '#runtime/service.ts';
import { bodyEvent } from '#syncing/log-event.ts';
import type { Head } from '#table/conversation.ts';
import { digestOf } from '#table/digest.ts';
import { append } from '#table/log/append.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { forget } from '#table/log/settle.ts';
import { audienceOf, type Member } from '#table/member.ts';
import { noteMentions } from '#table/mention.ts';
import { findStoredMessage, type StoredMessage, toMessage } from '#table/message.ts';
import { showInLists } from '#table/message-change.ts';
import { storedMentions } from '#table/message-parts.ts';
import { findVisible } from '#table/visible-message.ts';
import { threadOfChange } from './thread-of-change.ts';

/** A message that somebody wants to change, with all that a decision needs. */
export interface Found {
  readonly conversationId: string;
  readonly seq: number;
  readonly stored: StoredMessage;
  readonly head: Head;
  readonly member: Member;
}

/** The message, for a member of its conversation. Raises `message.not_found`, also where an alias names another conversation. */
export async function findForChange(
  { messageId, conversationId: named }: { messageId: string; conversationId?: string | undefined },
  { caller, at }: Request,
): Promise<Found> {
  const { conversationId, seq } = partsOfMessageId(messageId);
  const visible = await findVisible(caller.tenant, { conversationId, seq }, caller.userId, at);
  if (!visible || (named !== undefined && named !== conversationId)) throw new Refusal('message.not_found');
  return { conversationId, seq, ...visible };
}

/** What is to become of a message. */
export interface Change {
  readonly kind: 'message_edited' | 'message_deleted' | 'message_restored';
  readonly body: MessageBody;
  /** The version that is changed. */
  readonly version: number;
  /** What the caller asked for: the same operation id with another is refused. */
  readonly asked: readonly unknown[];
  /** Why the actor may not; looked at only when the operation was not carried out before. */
  readonly refusal: Refusal | undefined;
  /** Whom the message mentions afterwards, null for nobody; absent: whom it did. */
  readonly mentions?: Mentions | null;
  /** The message keeps no list of such changes: a place that moves all day. */
  readonly fleeting?: boolean;
}

/**
 * Changes a message: takes a number, writes message and log entry together, tells the sockets. The same operation id
 * (Idempotency-Key) any number of times changes it once. Raises `message.version_conflict` with the current state.
 */
export async function changeOnce(
  found: Omit<Found, 'member'>,
  change: Change,
  request: Request,
): Promise<{ body: Message; replayed: boolean }> {
  const { caller, idempotencyKey } = request;
  const { tenant, userId } = caller;
  const { conversationId, seq: target, stored, head } = found;
  const log = logOf(tenant, conversationId);
  const operationId = parseOperationId(idempotencyKey) ?? mintClientId();
  const hash = digestOf([change.kind, target, ...change.asked]);
  const sockets = openSocketsOf(tenant, audienceOf(tenant, conversationId));
  const current = async (): Promise<Message> => {
    const now = await findStoredMessage(tenant, { conversationId, seq: target });
    if (now?.z) throw new Refusal('message.archived');
    return toMessage(conversationId, target, now ?? stored);
  };
  const conflict = async () => new Refusal('message.version_conflict', { current: await current() });
  const refusal = stored.z
    ? new Refusal('message.archived')
    : (change.refusal ?? (stored.v === change.version ? undefined : await conflict()));
  const last = head.lastSeq === target;
  const thread = threadOfChange(tenant, { conversationId, seq: target }, stored, head.held === true);
  const what = { kind: change.kind, seq: target, before: stored.b, version: change.version } as const;
  const calls = change.mentions ? storedMentions(change.mentions) : change.mentions;
  const store = async (seq: number, at: number): Promise<boolean> => {
    if (calls) await noteMentions(tenant, { conversationId, seq: target }, calls);
    const written = await thread.write({
      conversationId,
      seq,
      actor: userId,
      operationId,
      hash,
      at,
      what,
      body: change.body,
      mentions: calls,
      fleeting: change.fleeting,
    });
    if (written !== 'stale') return written === 'done';
    const now = await current();
    // The number's update has renewed what lists show, for a change that did not happen.
    if (last) await showInLists(tenant, conversationId, target, previewNow(now.senderId, now.body, stored.a));
    throw await conflict();
  };

  const appended = await append(
    log,
    {
      author: userId,
      clientId: operationId,
      hash,
      of: 'changes',
      removes: change.kind !== 'message_edited',
      calls: !!calls,
      ...(last ? { renews: { lastSeq: target, preview: previewNow(stored.u, change.body, stored.a) } } : {}),
      store,
    },
    { permit: Promise.resolve(refusal) },
  );
  const message = await current();
  const event = bodyEvent(change.kind, appended.seq, message);
  const behind = await thread.events(change.kind, appended.seq);
  await Promise.all([
    announce(tenant, sockets, conversationId, [event, ...behind]),
    appended.head &&
      forget(log, appended.head).catch((error: unknown) =>
        logger.error('log.forget_failed', error, { conversationId }),
      ),
  ]);
  return { body: message, replayed: appended.replayed !== undefined };
}
