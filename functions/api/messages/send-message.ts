import type { MessageDraft, sendMessage } from '#contract/messages.ts';
import { announce } from '#delivery/announce.ts';
import { openSocketsOf } from '#delivery/open-sockets.ts';
import { refusalToSend } from '#domain/membership.ts';
import { previewOf } from '#domain/preview.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalByRules, slowSecondsFor } from '#domain/settings.ts';
import { refusalOfBlocked } from '#domain/user.ts';

import type { Caller } from '#runtime/caller.ts';
import { log as logger } from '#runtime/log.ts';
import { mintClientId } from '#runtime/operation-id.ts';
import { rateLimitHeaders } from '#runtime/rate-limit-headers.ts';
import type { Handle } from '#runtime/service.ts';
import { listenersOf } from '#table/bump.ts';
import type { Head } from '#table/conversation.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import { digestOf } from '#table/digest.ts';
import { append } from '#table/log/append.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { forget } from '#table/log/settle.ts';
import { findSendable, linkMedia } from '#table/media.ts';
import { type StoredMessage, toMessage } from '#table/message.ts';
import { expect, isExpected, placeOf, unexpect } from './recent-senders.ts';
import { limitSend } from './send-limits.ts';
import { waitTurn } from './slow-mode.ts';
import { tidyLists } from './tidy-lists.ts';

/** Milliseconds after a message within which a repetition of its send pushes it again. */
const REPUSH_MS = 60_000;

/**
 * Why the caller may not send this here; undefined when they may. A media is theirs to send, and then the room's. Also
 * how long they wait between two messages: the head is read with the membership, because a number taken for somebody
 * who may not write is a void in everybody's log.
 */
const refusalOf = async (
  { tenant, userId }: Caller,
  conversationId: string,
  body: MessageDraft,
): Promise<{ refusal: Refusal | undefined; slowSeconds: number }> => {
  const [{ head, member }, media] = await Promise.all([
    findHeadFor(tenant, conversationId, userId),
    body.type === 'image' ? findSendable(tenant, body.mediaId, userId) : undefined,
  ]);
  const refuse = (refusal: Refusal) => ({ refusal, slowSeconds: 0 });
  const outside = refusalToSend(member);
  if (outside || !member) return refuse(outside ?? new Refusal('conversation.not_found'));
  const refusal = refusalOfBlocked(member) ?? refusalByRules(head?.rules, member.role);
  if (refusal) return refuse(refusal);
  // Refused again where the number is taken; here, so that it costs no turn and links no picture.
  if (head?.archivedAt !== undefined) return refuse(new Refusal('conversation.archived'));
  if (body.type === 'image') {
    if (!media) return refuse(new Refusal('message.media_unusable', { mediaId: body.mediaId }));
    await linkMedia(tenant, body.mediaId, conversationId);
  }
  return { refusal: undefined, slowSeconds: slowSecondsFor(head?.rules, member.role) };
};

/**
 * Sends a message: decide, commit, announce. Beside the commit the audience's sockets are read, so that no more than
 * three calls stand between the request and the first push: head, put, post.
 */
export const handleSendMessage: Handle<typeof sendMessage> = async (
  { conversationId, clientId = mintClientId(), body },
  { caller, at: now },
) => {
  const { tenant, userId } = caller;
  const log = logOf(tenant, conversationId);
  const place = placeOf(caller, conversationId);
  const limited = limitSend(caller, body, now);
  const permit = Promise.all([refusalOf(caller, conversationId, body), limited]).then(
    ([{ refusal, slowSeconds }, { refusal: beyond }]) =>
      // Last: a turn is taken only by what nothing else refuses.
      refusal ?? beyond ?? waitTurn(caller, { conversationId, clientId, at: now, slowSeconds }),
  );
  const listeners = listenersOf(tenant, conversationId);
  const audience = listeners.then((found) => found.map((listener) => listener.userId));
  const sockets = openSocketsOf(tenant, audience);

  const stored = (at: number): StoredMessage => ({ u: userId, c: clientId, h: hash, b: body, a: at, v: 1 });
  const hash = digestOf(body);
  let appended: Awaited<ReturnType<typeof append<Head>>>;
  try {
    appended = await append(
      log,
      {
        author: userId,
        clientId,
        hash,
        preview: previewOf(userId, body),
        store: (seq, at) => log.put(seq, stored(at)),
      },
      { permit, speculate: isExpected(place, now) },
    );
  } catch (error) {
    if (error instanceof Refusal) unexpect(place);
    throw error;
  }
  expect(place, now);

  const { seq, at, replayed, head } = appended;
  const message = toMessage(conversationId, seq, replayed?.kind === 'message' ? replayed.message : stored(at));
  const push = replayed === undefined || now - at < REPUSH_MS;
  await Promise.all([
    push && announce(tenant, sockets, conversationId, [{ type: 'message:created', conversationId, seq, message }]),
    // The message is stored: what could not be tidied up now is tidied up by the next sender.
    head && tidyLists(tenant, conversationId, { head, listeners, sender: userId, at }),
    head && forget(log, head).catch((error: unknown) => logger.error('log.forget_failed', error, { conversationId })),
  ]);
  const { quota } = await limited;
  return { body: message, replayed: replayed !== undefined, ...(quota ? { headers: rateLimitHeaders(quota) } : {}) };
};
