import type { Message } from '#contract/messages.ts';
import { announce } from '#delivery/announce.ts';
import { openSocketsOf } from '#delivery/open-sockets.ts';
import { isHot } from '#domain/hot-room.ts';
import { mentionsOf } from '#domain/message-parts.ts';
import { previewOf } from '#domain/preview.ts';
import { Refusal } from '#domain/refusal.ts';
import { log as logger } from '#runtime/log.ts';
import { count } from '#runtime/metrics.ts';
import { rateLimitHeaders } from '#runtime/rate-limit-headers.ts';
import type { Answer, Request } from '#runtime/service.ts';
import { listenersOf } from '#table/bump.ts';
import type { Head } from '#table/conversation.ts';
import { digestOf } from '#table/digest.ts';
import { append } from '#table/log/append.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { forget } from '#table/log/settle.ts';
import { storeShowing } from '#table/media-reference.ts';
import { noteMentions } from '#table/mention.ts';
import { type StoredMessage, toMessage } from '#table/message.ts';
import { storedMentions } from '#table/message-parts.ts';
import { type Limited, limitSend } from './limits.ts';
import type { Outgoing } from './outgoing.ts';
import { type Permit, permitOf } from './permit.ts';
import { expect, isExpected, placeOf, unexpect } from './recent-senders.ts';
import { waitTurn } from './slow-mode.ts';
import { tidyLists } from './tidy-lists.ts';

/** Milliseconds after a message within which a repetition of its send pushes it again. */
const REPUSH_MS = 60_000;

/** Digest of what was asked for: the same client id with another is refused. A copy is of its message, whatever that says now. */
const hashOf = ({ body, attachments, mentions, replyTo, forward, within }: Outgoing): string => {
  if (forward) return digestOf({ forward: forward.messageId });
  const asked = attachments || mentions || replyTo ? { body, attachments, mentions, replyTo } : body;
  return digestOf(within ? [within.asked, asked] : asked);
};

const NOT_LIMITED: Limited = { refusal: undefined, quota: undefined };

/**
 * Sends a message as its caller, now: decide, commit, announce. Beside the commit the audience's sockets are read, so that
 * no more than three calls stand between the request and the first push: head, put, post. Whoever sends for a user
 * calls this, so that every check is made. Raises the refusals of `sendMessage`.
 */
export async function send(
  { caller, at: now }: Pick<Request, 'caller' | 'at'>,
  outgoing: Outgoing,
): Promise<Answer<Message>> {
  const { tenant, userId } = caller;
  const { conversationId, clientId, body, within } = outgoing;
  const log = logOf(tenant, conversationId);
  const place = placeOf(caller, conversationId);
  const unfit = outgoing.forward?.refusal ?? within?.refusal;
  const limited = unfit ? NOT_LIMITED : limitSend(caller, body, now);
  const permitted = unfit ? { refusal: unfit, slowSeconds: 0 } : permitOf(caller, outgoing, now);
  const permit = Promise.all([permitted, limited]).then(
    ([{ refusal, slowSeconds }, { refusal: beyond }]) =>
      // Last: a turn is taken only by what nothing else refuses.
      refusal ?? beyond ?? waitTurn(caller, { conversationId, clientId, at: now, slowSeconds }),
  );
  const listeners = listenersOf(tenant, conversationId);
  const audience = listeners.then((found) => found.map((listener) => listener.userId));
  const sockets = openSocketsOf(tenant, audience);

  const hash = hashOf(outgoing);
  const mentions = storedMentions(mentionsOf(outgoing.mentions));
  const stored = async (at: number): Promise<StoredMessage> => {
    const { quote }: Permit = await permitted;
    return {
      ...{ u: userId, c: clientId, h: hash, b: body, a: at, v: 1 },
      ...(outgoing.attachments ? { f: [...outgoing.attachments] } : {}),
      ...(mentions ? { m: mentions } : {}),
      ...(quote ? { q: quote } : {}),
      ...(outgoing.forward?.origin ? { w: outgoing.forward.origin } : {}),
      ...(within?.place ? { t: within.place } : {}),
    };
  };
  let appended: Awaited<ReturnType<typeof append<Head>>>;
  try {
    appended = await append(
      log,
      {
        author: userId,
        clientId,
        hash,
        preview: previewOf(userId, body),
        calls: mentions !== undefined,
        store: async (seq, at) => {
          // Before the message: whoever dies between the two has mentioned nobody.
          if (mentions) await noteMentions(tenant, { conversationId, seq }, mentions);
          const message = await stored(at);
          const { media = [] }: Permit = await permitted;
          if (within) return within.store(seq, message, media);
          return media.length > 0
            ? storeShowing(tenant, { conversationId, seq }, message, media)
            : log.put(seq, message);
        },
      },
      // A reply's target may be gone: its number is taken when that is known.
      { permit, speculate: !unfit && !within && isExpected(place, now) },
    );
  } catch (error) {
    if (error instanceof Refusal) unexpect(place);
    throw error;
  }
  expect(place, now);

  const { seq, at, replayed, head } = appended;
  const message = toMessage(conversationId, seq, replayed?.kind === 'message' ? replayed.message : await stored(at));
  if (replayed === undefined) count('sent');
  const push = replayed === undefined || now - at < REPUSH_MS;
  const behind = (await within?.events(seq, at, replayed !== undefined)) ?? [];
  const created = { type: 'message:created', conversationId, seq, message } as const;
  await Promise.all([
    push &&
      announce(tenant, sockets, conversationId, [created, ...behind], {
        gather: head !== undefined && isHot(head, at),
        ...(replayed === undefined ? { committedAt: at } : {}),
      }),
    // The message is stored: what could not be tidied up now is tidied up by the next sender.
    head && tidyLists(tenant, conversationId, { head, listeners, sender: userId, at }),
    head && forget(log, head).catch((error: unknown) => logger.error('log.forget_failed', error, { conversationId })),
  ]);
  const { quota } = await limited;
  return { body: message, replayed: replayed !== undefined, ...(quota ? { headers: rateLimitHeaders(quota) } : {}) };
}
