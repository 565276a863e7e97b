import { announce } from '#delivery/announce.ts';
import { openSocketsOf } from '#delivery/open-sockets.ts';
import type { Pin } from '#domain/pins.ts';
import { Refusal } from '#domain/refusal.ts';
import { reaches, rolesFrom } from '#domain/settings.ts';
import { refusalOfBlocked } from '#domain/user.ts';
import { log as logger } from '#runtime/log.ts';
import { mintClientId, parseOperationId } from '#runtime/operation-id.ts';
import type { Request } from '#runtime/service.ts';
import { changeEvent } from '#syncing/log-event.ts';
import { digestOf } from '#table/digest.ts';
import { appendInOrder, Overtaken } from '#table/log/append-in-order.ts';
import type { PinChange, StoredChange } from '#table/log/change.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { forget } from '#table/log/settle.ts';
import { audienceOf } from '#table/member.ts';
import { changePins, type OnMessage } from '#table/pins.ts';
import type { Room } from '#table/settings.ts';

/** Tries of one change; each failure means that somebody else changed pins or message. */
const ROUNDS = 20;

/** The number was taken, and then there was nothing left to do: it becomes a void and nobody is refused. */
class AsItStands extends Refusal {
  constructor() {
    super('service.contended');
  }
}

/** What a change makes of the pins, at its number and time. */
export interface Outcome {
  /** The version that was looked at. */
  readonly before: number;
  readonly pins: readonly Pin[];
  readonly what: PinChange;
  readonly message?: OnMessage;
  /** The number of the last change that this one has to come after. */
  readonly after: number;
}

/** A change of pins. */
export interface Change {
  readonly conversationId: string;
  readonly room: Room;
  /** What the caller asked for: the same operation id with another is refused. */
  readonly asked: readonly unknown[];
  /**
   * Looks at the pins and decides; undefined when they are as wished. Asked again when somebody else changed them
   * meanwhile. A refusal is raised.
   */
  readonly decide: (at: { readonly seq: number; readonly at: number }) => Promise<Outcome | undefined>;
}

/** Why this member may not pin here; undefined when they may. */
export const refusalToPin = ({ member, profile }: Room): Refusal | undefined => {
  const needed = profile.settings.thresholds.pin;
  if (!reaches(member.role, needed)) return new Refusal('participant.forbidden', { needs: rolesFrom(needed) });
  return refusalOfBlocked(member);
};

const pinChangeIn = (change: StoredChange): PinChange => {
  const { d } = change;
  if (d.kind === 'pin_added' || d.kind === 'pin_removed' || d.kind === 'pin_moved') return d;
  throw new Error(`a ${d.kind} is no change of pins`);
};

const asRefusal = (error: unknown): Refusal => {
  if (error instanceof Refusal) return error;
  throw error;
};

/**
 * Changes pins: takes a number, writes pins, message and log entry together, tells the sockets. The same operation id
 * (Idempotency-Key) any number of times changes them once. What is refused, or as wished already, takes no number. Answers
 * whether it was done before.
 */
export async function changeOnce(
  { conversationId, room, asked, decide }: Change,
  { caller, idempotencyKey }: Request,
): Promise<{ replayed: boolean }> {
  const { tenant, userId: actor } = caller;
  const decided = refusalToPin(room) ?? (await decide({ seq: 0, at: 0 }).catch(asRefusal));
  if (!decided) return { replayed: true };
  const log = logOf(tenant, conversationId);
  const operationId = parseOperationId(idempotencyKey) ?? mintClientId();
  const hash = digestOf(asked);
  const actorRoles = rolesFrom(room.profile.settings.thresholds.pin);
  const sockets = openSocketsOf(tenant, audienceOf(tenant, conversationId));
  let outcome: Outcome | undefined;
  const store = async (seq: number, at: number): Promise<boolean> => {
    for (let round = 1; round <= ROUNDS; round++) {
      outcome = await decide({ seq, at });
      if (!outcome) throw new AsItStands();
      const { before, pins, what, message, after } = outcome;
      if (after >= seq) throw new Overtaken();
      const change = { conversationId, seq, actor, actorRoles, operationId, hash, at, what };
      const written = await changePins(tenant, change, { before, pins }, message);
      if (written === 'actor') throw new Refusal('participant.forbidden');
      if (written !== 'stale') return written === 'done';
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * round));
    }
    throw new Refusal('service.contended');
  };
  const appended = await appendInOrder(
    log,
    { author: actor, clientId: operationId, hash, of: 'changes', store },
    { permit: Promise.resolve(decided instanceof Refusal ? decided : undefined) },
  ).catch((error: unknown) => {
    if (error instanceof AsItStands) return undefined;
    throw error;
  });
  if (!appended) return { replayed: true };
  const { seq, at, replayed, head } = appended;
  const told =
    replayed?.kind === 'change'
      ? { u: actor, a: replayed.change.a, d: pinChangeIn(replayed.change) }
      : { u: actor, a: at, d: outcome!.what };
  await Promise.all([
    announce(tenant, sockets, conversationId, [changeEvent(conversationId, seq, told)]),
    head && forget(log, head).catch((error: unknown) => logger.error('log.forget_failed', error, { conversationId })),
  ]);
  return { replayed: replayed !== undefined };
}
