import type { SystemBody } from '#contract/message-bodies.ts';
import { announce } from '#delivery/announce.ts';
import { Refusal } from '#domain/refusal.ts';
import { log as logger } from '#runtime/log.ts';
import { mintClientId, parseOperationId } from '#runtime/operation-id.ts';
import type { Request } from '#runtime/service.ts';
import { messageEvent } from '#syncing/log-event.ts';
import { listenersOf } from '#table/bump.ts';
import { digestOf } from '#table/digest.ts';
import { appendInOrder } from '#table/log/append-in-order.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { forget } from '#table/log/settle.ts';
import { findStoredMessage, type StoredMessage, toMessage } from '#table/message.ts';
import { commitMembership, type Part } from '#table/participants-commit.ts';
import { setApart } from './set-apart.ts';

/** Times one number is tried because somebody else changed the conversation's members meanwhile. */
const TRIES = 8;

/** What is to be said in the log, and what changes with it, once the number and the time (ms) are known. */
export interface Plan {
  readonly body: SystemBody;
  /** Raises `Overtaken` when a later number changed what was read. */
  readonly parts: (seq: number, at: number) => readonly Part[];
}

/** A change of membership as one caller asks for it. */
export interface Change {
  readonly conversationId: string;
  /** What was asked, so that the same Idempotency-Key with something else is refused. */
  readonly asked: unknown;
  /** Reads and decides; asked again when what it read has changed. Raises a `Refusal`. */
  readonly plan: () => Promise<Plan>;
  readonly operationId?: string;
}

export interface Changed {
  readonly seq: number;
  /** What the log says of it: also for a repetition, which decides nothing. */
  readonly body: SystemBody;
  /** Server time of the change, milliseconds. */
  readonly at: number;
  readonly replayed: boolean;
}

/**
 * Decides, takes a number, writes the memberships with their log entry in one transaction, tells the members and those
 * who were. A condition that fails is decided anew; members change in the order of the log. The same operation id any number of times changes it once.
 */
export async function commitChange(
  { conversationId, asked, plan, operationId }: Change,
  { caller, idempotencyKey }: Request,
): Promise<Changed> {
  const { tenant, userId } = caller;
  const log = logOf(tenant, conversationId);
  const clientId = operationId ?? parseOperationId(idempotencyKey) ?? mintClientId();
  const hash = digestOf(asked);
  const decide = async (): Promise<Plan | Refusal> => {
    try {
      return await plan();
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  };

  let decided = await decide();
  let stored: StoredMessage | undefined;
  const store = async (seq: number, at: number): Promise<boolean> => {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (decided instanceof Refusal) throw decided;
      const entry: StoredMessage = { u: userId, c: clientId, h: hash, b: decided.body, a: at, v: 1 };
      const written = await commitMembership(tenant, { conversationId, seq }, entry, decided.parts(seq, at));
      if (written === 'seq') return false;
      if (written === 'stored') {
        stored = entry;
        return true;
      }
      decided = await decide();
    }
    throw new Refusal('service.contended');
  };
  const appended = await appendInOrder(
    log,
    { author: userId, clientId, hash, store },
    { permit: Promise.resolve(decided instanceof Refusal ? decided : undefined) },
  );

  const { seq } = appended;
  stored ??= await findStoredMessage(tenant, { conversationId, seq });
  if (stored?.b.type !== 'system') throw new Error(`log entry ${seq} is not the one that was appended`);
  const body = stored.b;
  const event = messageEvent(toMessage(conversationId, seq, stored));
  const gone = event.type === 'participant:removed' ? event.userIds : [];
  const listeners = listenersOf(tenant, conversationId);
  const audience = listeners.then((members) => [...members.map((member) => member.userId), ...gone]);
  await Promise.all([
    announce(tenant, audience, conversationId, [event]),
    event.type === 'participant:added' && setApart(tenant, conversationId, listeners),
    // The change is stored: what could not be tidied up now is tidied up by the next writer.
    appended.head &&
      forget(log, appended.head).catch((error: unknown) =>
        logger.error('log.forget_failed', error, { conversationId }),
      ),
  ]);
  return { seq, body, at: stored.a, replayed: appended.replayed !== undefined };
}
