import { timeOfClientId } from '#domain/client-id.ts';
import { Refusal } from '#domain/refusal.ts';
import { LIMITS, type Limits, placeOf } from '#domain/sequence.ts';
import { keyOfClientId } from './client-id-key.ts';
import { lookBack, originOf } from './look-back.ts';
import type { Entry, LogHead, LogStore, Preview, TakeCondition, Taken, Taking } from './store.ts';

/** One thing to be written to a log exactly once, however often it is tried. */
export interface Write {
  readonly author: string;
  readonly clientId: string;
  /** Digest of what is written: the same id with another digest is refused. */
  readonly hash: string;
  readonly preview?: Preview | undefined;
  /** For a change of what may be the last message: see `Taking`. */
  readonly renews?: Taking['renews'];
  readonly removes?: boolean;
  /** For what mentions somebody: see `Taking`. */
  readonly calls?: boolean;
  /** For what restores an archived conversation: see `Taking`. */
  readonly archived?: Taking['archived'];
  /** Under which prefix of the log it lies; messages when not said. */
  readonly of?: 'messages' | 'changes';
  /**
   * Stores it at the number taken, write-once; `at` is the server's time. False when something lies at that number.
   * Raises a `Refusal` when what it changes has changed meanwhile: the number then becomes a void.
   */
  readonly store: (seq: number, at: number) => Promise<boolean>;
}

export interface Appended<H extends LogHead> {
  readonly seq: number;
  /** Server time of the entry, milliseconds. */
  readonly at: number;
  /** What an earlier attempt stored; undefined when this attempt stored it. */
  readonly replayed: Entry | undefined;
  /** The head after the number was taken; undefined for a replay. */
  readonly head: H | undefined;
}

export interface AppendOptions {
  /** Resolves to the reason why the author may not write, or undefined. Awaited before anything is stored. */
  readonly permit: Promise<Refusal | undefined>;
  /** Take the number while `permit` is still being read: only where the author wrote a moment ago. */
  readonly speculate?: boolean;
  readonly clock?: () => number;
  readonly limits?: Limits;
}

/** Rounds of one call before it gives up; each means that somebody else won a race. */
const ROUNDS = 12;

/**
 * Appends to a conversation's log: takes a number with one update of the head, then stores write-once (the sequencer
 * and log of CORFU, NSDI 2012), and recognises every repetition of a client id. docs/adr/0005 has the rules and what
 * goes wrong without each.
 *
 * Raises `conversation.not_found`, `conversation.archived` (or `conversation.not_archived`), `message.client_id_ahead`, `message.client_id_reused` (with
 * both hashes), `message.client_id_too_old`, `service.contended`, and whatever `permit` or `store` refuse with.
 */
export async function append<H extends LogHead>(
  log: LogStore<H>,
  write: Write,
  { permit, speculate = false, clock = Date.now, limits = LIMITS }: AppendOptions,
): Promise<Appended<H>> {
  const key = keyOfClientId(write.author, write.clientId);
  const tau = timeOfClientId(write.clientId);
  // A failing call may leave before it looks at the permit: its own failure must not go unheard as a second one.
  permit.catch(() => undefined);
  let { renews } = write;
  const { archived = false } = write;
  const { preview, removes, calls } = write;
  const taking = (): Taking => ({ key, at: clock(), preview, renews, removes, calls, archived });
  const wanted = { author: write.author, clientId: write.clientId, tau, of: write.of };

  const isMine = (entry: Entry): boolean => {
    const origin = originOf(entry);
    return origin?.u === write.author && origin.c === write.clientId;
  };

  const replay = (entry: Entry): Appended<H> => {
    const stored = originOf(entry)?.h;
    if (stored !== write.hash)
      throw new Refusal('message.client_id_reused', { storedHash: stored ?? null, givenHash: write.hash });
    return { seq: entry.seq, at: entry.at, replayed: entry, head: undefined };
  };

  /** What was stored already is answered as before, even to somebody who may no longer write. */
  const refuseUnlessStored = async (refusal: Refusal, head: H | undefined): Promise<Appended<H>> => {
    const place = head && placeOf(head, key);
    const entry = place
      ? await log.entry(place.seq)
      : head && tau <= head.floor
        ? await lookBack(log, head, wanted, limits)
        : undefined;
    if (entry && entry !== 'too_far' && isMine(entry)) return replay(entry);
    throw refusal;
  };

  const storeAt = async (taken: { seq: number; at: number; head: H }): Promise<Appended<H> | undefined> => {
    try {
      if (await write.store(taken.seq, taken.at)) return { ...taken, replayed: undefined };
    } catch (error) {
      // The number is ours and will hold nothing: say so at once, or every reader waits for it.
      if (error instanceof Refusal) await log.void(taken.seq, clock());
      throw error;
    }
    return undefined;
  };

  let condition: TakeCondition = { floorBelow: tau };
  if (!speculate) {
    const refusal = await permit;
    if (refusal) return refuseUnlessStored(refusal, await log.head());
  }
  let next = (): Promise<{ taken: Taken<H>; at: number }> => takeWith(condition);
  const takeWith = async (on: TakeCondition) => {
    const request = taking();
    if (tau > request.at + limits.future)
      throw new Refusal('message.client_id_ahead', { serverTime: new Date(request.at).toISOString() });
    return { taken: await log.take(request, on), at: request.at };
  };

  for (let round = 0; round < ROUNDS; round++) {
    const { taken, at } = await next();
    next = () => takeWith(condition);
    const refusal = await permit;
    if (refusal) {
      if (!taken.ok) return refuseUnlessStored(refusal, taken.head);
      await log.void(taken.seq, clock());
      throw refusal;
    }
    let seq: number | undefined;
    let head: H;
    if (taken.ok) {
      const appended = await storeAt({ seq: taken.seq, at, head: taken.head });
      if (appended) return appended;
      seq = taken.seq;
      head = taken.head;
    } else {
      if (!taken.head) throw new Refusal('conversation.not_found');
      head = taken.head;
      // What was the last message is no longer: lists do not show the change.
      if (renews && head.lastSeq !== renews.lastSeq) renews = undefined;
      seq = placeOf(head, key)?.seq;
      if (seq === undefined) {
        if ((head.archivedAt !== undefined) !== archived)
          throw new Refusal(archived ? 'conversation.not_archived' : 'conversation.archived');
        if (tau > head.floor) continue;
        // Read the head first and the log second: what is stored meanwhile is still in one of two generations.
        const found = await lookBack(log, head, wanted, limits);
        if (found === 'too_far') throw new Refusal('message.client_id_too_old', { floor: head.floor });
        if (found) return replay(found);
        condition = { generationAtMost: head.generation + 1 };
        continue;
      }
    }

    // The id has a number: its message is there, or nobody stored it yet, or it was given a void.
    let entry = await log.entry(seq);
    if (!entry) {
      const appended = await storeAt({ seq, at: clock(), head });
      if (appended) return appended;
      entry = await log.entry(seq);
    }
    if (entry?.kind === 'void') {
      const from = { generation: placeOf(head, key)?.generation ?? 'recent', seq } as const;
      next = async () => {
        const request = taking();
        return { taken: await log.move(request, from), at: request.at };
      };
      continue;
    }
    if (entry && isMine(entry)) return replay(entry);
    // 24 bits of digest and the millisecond agree with another author's id: wait until the head has forgotten it.
    break;
  }
  throw new Refusal('service.contended');
}
