import { partsOfMessageId } from '#contract/ids.ts';
import type { Message } from '#contract/messages.ts';
import { REACTIONS_A_MINUTE } from '#contract/reactions.ts';
import { announce } from '#delivery/announce.ts';
import { openSocketsOf } from '#delivery/open-sockets.ts';
import { refusalToSend } from '#domain/membership.ts';
import { type Quota, type Rate, TooOften } from '#domain/rate-limit.ts';
import { type Counted, counted, discounted, type ReactionKind } from '#domain/reaction.ts';
import { Refusal } from '#domain/refusal.ts';
import { log as logger } from '#runtime/log.ts';
import { count } from '#runtime/metrics.ts';
import { mintClientId, parseOperationId } from '#runtime/operation-id.ts';
import { rateLimitHeaders } from '#runtime/rate-limit-headers.ts';
import type { Answer, Request } from '#runtime/service.ts';
import { changeEvent } from '#syncing/log-event.ts';
import { digestOf } from '#table/digest.ts';
import type { TenantKey } from '#table/entity.ts';
import { appendInOrder, Overtaken } from '#table/log/append-in-order.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { forget } from '#table/log/settle.ts';
import type { Entry } from '#table/log/store.ts';
import { audienceOf } from '#table/member.ts';
import { findStoredMessage, type MessageKey, type StoredMessage, toMessage } from '#table/message.ts';
import { spend } from '#table/rate-bucket.ts';
import { changeReactions, emojisOf } from '#table/reaction.ts';
import { findVisible } from '#table/visible-message.ts';

/** What somebody wants of their own reactions to a message: to have one with this emoji, to have none with it, or none at all. */
export interface Wish {
  readonly messageId: string;
  readonly kind: ReactionKind;
  /** In its canonical form; undefined for all. */
  readonly emoji: string | undefined;
}

const RATE: Rate = { limit: REACTIONS_A_MINUTE, windowSeconds: 60, burst: REACTIONS_A_MINUTE };

/** Tries of one change; each failure means that somebody else changed the message's reactions. */
const ROUNDS = 20;

/** The number was taken, and then there was nothing left to do: it becomes a void and nobody is refused. */
class AsItStands extends Refusal {
  constructor() {
    super('service.contended');
  }
}

/** A message with those of a user's reactions that a wish would change. */
interface Seen {
  readonly stored: StoredMessage;
  readonly emojis: readonly string[];
}

/** The message is read first: reactions read after it that differ from its tallies make the change stale. */
async function look(tenant: TenantKey, message: MessageKey, userId: string, wish: Wish): Promise<Seen | undefined> {
  const stored = await findStoredMessage(tenant, message);
  if (!stored) return undefined;
  const asked = wish.emoji === undefined ? (stored.r?.t ?? []).map(({ e }) => e) : [wish.emoji];
  const mine = await emojisOf(tenant, message, userId, asked);
  if (wish.kind === 'reaction_removed') return { stored, emojis: mine };
  return { stored, emojis: asked.filter((emoji) => !mine.includes(emoji)) };
}

/** What becomes of the message's reactions; undefined when they are as wished. */
function decide({ stored, emojis }: Seen, { kind }: Wish, userId: string): Counted | Refusal | undefined {
  if (stored.z) return new Refusal('message.archived');
  if (stored.b.type === 'deleted') return new Refusal('message.deleted');
  const [emoji] = emojis;
  if (emoji === undefined) return undefined;
  const tallies = stored.r?.t ?? [];
  return kind === 'reaction_added' ? counted(tallies, emoji, userId) : discounted(tallies, emojis, userId);
}

const reactionsIn = (entry: Entry) =>
  entry.kind === 'change' && 'reactions' in entry.change.d ? entry.change.d.reactions : [];

/**
 * Changes a user's reactions to a message: takes a number, writes reactions, tallies and log entry together, tells the
 * sockets. What is as wished already takes no number. The same operation id any number of times changes them once.
 * Raises `message.not_found`, `message.forbidden`, `message.deleted`, `reaction.too_many`, `reaction.rate_limited`.
 */
export async function changeOwnReactions(
  wish: Wish,
  { caller, idempotencyKey, at: now }: Request,
): Promise<Answer<Message>> {
  const { tenant, userId } = caller;
  const message = partsOfMessageId(wish.messageId);
  const { conversationId, seq: target } = message;
  const operationId = parseOperationId(idempotencyKey) ?? mintClientId();
  const [visible, first] = await Promise.all([
    findVisible(tenant, message, userId, now),
    look(tenant, message, userId, wish),
  ]);
  if (!visible || !first) throw new Refusal('message.not_found');
  const refusal = refusalToSend(visible.member);
  if (refusal) throw refusal;
  const decided = decide(first, wish, userId);
  if (!decided) return { body: toMessage(conversationId, target, first.stored), replayed: true };

  const log = logOf(tenant, conversationId);
  const hash = digestOf([wish.kind, target, wish.emoji ?? null]);
  const sockets = openSocketsOf(tenant, audienceOf(tenant, conversationId));
  let quota: Quota | undefined;
  const permit = async (): Promise<Refusal | undefined> => {
    if (decided instanceof Refusal) return decided;
    const spent = await spend(tenant, { userId, counted: 'reactions' }, RATE, now);
    quota = spent.quota;
    return spent.ok ? undefined : new TooOften('reaction.rate_limited', spent.quota);
  };

  let outcome: Counted | undefined;
  let again = false;
  const store = async (seq: number, at: number): Promise<boolean> => {
    let seen: Seen | undefined = again ? await look(tenant, message, userId, wish) : first;
    again = true;
    for (let round = 1; round <= ROUNDS; round++) {
      const next = seen && decide(seen, wish, userId);
      if (next instanceof Refusal) throw next;
      if (!seen || !next) throw new AsItStands();
      if ((seen.stored.r?.n ?? 0) >= seq) throw new Overtaken();
      const written = await changeReactions(tenant, {
        message,
        before: seen.stored.r,
        ...next,
        kind: wish.kind,
        seq,
        actor: userId,
        operationId,
        hash,
        at,
      });
      outcome = next;
      if (written !== 'stale') return written === 'done';
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * round));
      seen = await look(tenant, message, userId, wish);
    }
    throw new Refusal('service.contended');
  };
  const current = async (): Promise<Message> =>
    toMessage(conversationId, target, (await findStoredMessage(tenant, message)) ?? first.stored);

  const permitted = permit();
  const appended = await appendInOrder(
    log,
    { author: userId, clientId: operationId, hash, of: 'changes', store },
    { permit: permitted },
  ).catch((error: unknown) => {
    if (error instanceof AsItStands) return undefined;
    throw error;
  });
  if (!appended) return { body: await current(), replayed: true };
  const { seq, replayed, head } = appended;
  if (!replayed && wish.kind === 'reaction_added') count('reactions');
  const event = changeEvent(conversationId, seq, {
    ...{ u: userId, a: appended.at },
    d: {
      ...{ kind: wish.kind, seq: target },
      reactions: replayed ? reactionsIn(replayed) : [...(outcome?.changed ?? [])],
    },
  });
  const [body] = await Promise.all([
    current(),
    announce(tenant, sockets, conversationId, [event]),
    head && forget(log, head).catch((error: unknown) => logger.error('log.forget_failed', error, { conversationId })),
  ]);
  return { body, replayed: replayed !== undefined, ...(quota ? { headers: rateLimitHeaders(quota) } : {}) };
}
