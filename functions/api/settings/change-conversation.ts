import type { ConversationDetails } from '#contract/conversations.ts';
import { announce } from '#delivery/announce.ts';
import { openSocketsOf } from '#delivery/open-sockets.ts';
import { Refusal } from '#domain/refusal.ts';
import { log as logger } from '#runtime/log.ts';
import { mintClientId, parseOperationId } from '#runtime/operation-id.ts';
import type { Answer, Request } from '#runtime/service.ts';
import { changeEvent } from '#syncing/log-event.ts';
import type { ConversationChange, NotChanged } from '#table/conversation-change.ts';
import { digestOf } from '#table/digest.ts';
import { append } from '#table/log/append.ts';
import type { ChangeOf } from '#table/log/change.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { forget } from '#table/log/settle.ts';
import { audienceOf } from '#table/member.ts';
import { findRoom, type Room, toDetails } from '#table/settings.ts';

/** The conversation, for one of its members. Raises `conversation.not_found`. */
export async function findRoomFor(conversationId: string, { caller, at }: Request): Promise<Room> {
  const room = await findRoom(caller.tenant, conversationId, caller.userId, at);
  if (!room) throw new Refusal('conversation.not_found');
  return room;
}

/** Details as an answer: their version is their entity tag too. */
export const answered = (
  conversationId: string,
  room: Room,
  { replayed = false } = {},
): Answer<ConversationDetails> => ({
  body: toDetails(conversationId, room),
  headers: { etag: `"${room.profile.version}"` },
  replayed,
});

/** What is to become of a conversation. */
export interface Change {
  readonly what: ChangeOf;
  /** What the caller asked for: the same operation id with another is refused. */
  readonly asked: readonly unknown[];
  readonly actorRoles: readonly string[];
  /** Why the actor may not; looked at only when the operation was not carried out before. */
  readonly refusal: Refusal | undefined;
  /** True for what happens to an archived conversation. */
  readonly archived?: boolean;
  readonly write: (change: ConversationChange) => Promise<'done' | NotChanged>;
  /** Why a change that met another one was not made. */
  readonly stale: (now: Room) => Refusal;
}

/**
 * Changes a conversation: takes a number, writes the change and the log's entry together, tells the sockets. The same
 * operation id (Idempotency-Key) any number of times changes it once.
 */
export async function changeOnce(
  conversationId: string,
  change: Change,
  request: Request,
): Promise<Answer<ConversationDetails>> {
  const { tenant, userId: actor } = request.caller;
  const { what, actorRoles, archived = false } = change;
  const log = logOf(tenant, conversationId);
  const operationId = parseOperationId(request.idempotencyKey) ?? mintClientId();
  const hash = digestOf([what.kind, ...change.asked]);
  const sockets = openSocketsOf(tenant, audienceOf(tenant, conversationId));
  const store = async (seq: number, at: number): Promise<boolean> => {
    const stored = { conversationId, seq, actor, actorRoles, operationId, hash, at, what };
    const written = await change.write(stored);
    if (written === 'actor') throw new Refusal('participant.forbidden');
    if (written === 'stale') throw change.stale(await findRoomFor(conversationId, request));
    return written === 'done';
  };
  const appended = await append(
    log,
    { author: actor, clientId: operationId, hash, of: 'changes', archived, store },
    { permit: Promise.resolve(change.refusal) },
  );
  const { seq, at, replayed, head } = appended;
  const told = replayed?.kind === 'change' ? replayed.change : { u: actor, d: what, a: at };
  const [room] = await Promise.all([
    findRoomFor(conversationId, request),
    announce(tenant, sockets, conversationId, [changeEvent(conversationId, seq, told)]),
    head && forget(log, head).catch((error: unknown) => logger.error('log.forget_failed', error, { conversationId })),
  ]);
  return answered(conversationId, room, { replayed: replayed !== undefined });
}
