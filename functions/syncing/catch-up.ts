import type { Event } from '#contract/events.ts';
import { MOST_EVENT_BYTES, MOST_EVENTS } from '#contract/sync.ts';
import { inParallel } from '#delivery/parallel.ts';
import { sharesOf } from '#domain/shares.ts';
import type { Caller } from '#runtime/caller.ts';
import { findHeadsFor, type Stands } from '#table/conversation-list.ts';
import { type Around, lookAround } from './look-around.ts';
import { eventsAfter, type Told } from './read-events.ts';
import { readingFor } from './reading.ts';

/** Conversations that are read at once. */
const AT_ONCE = 16;

/** Places, or ids, that one event names: it has to fit a frame. */
const NAMED = 300;

/** What somebody missed. */
export interface Missed {
  /** All but the end of the answer. */
  readonly events: readonly Event[];
  readonly around: Pick<Around, 'cursor' | 'memberships'>;
  /** How many of them are of logs, and their bytes as JSON. */
  readonly told: { readonly events: number; readonly bytes: number };
}

const parts = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / NAMED) }, (_, index) => all.slice(index * NAMED, (index + 1) * NAMED));

/** `sync:changed` of some places, in as many events as frames need. */
export const changedEvents = (places: Around['changed']): Event[] =>
  parts(places).map((conversations) => ({ type: 'sync:changed', conversations }));

/**
 * What a user missed in the conversations whose cursors they name, and where else something happened since their own cursor.
 * The whole answer is bounded, and shared by the conversations; where there is more, each says so. Raises
 * `request.cursor_invalid`.
 */
export async function catchUp(
  caller: Caller,
  {
    since,
    cursors,
    at,
  }: { readonly since: string | undefined; readonly cursors: Readonly<Record<string, number>>; readonly at: number },
): Promise<Missed> {
  const { tenant, userId } = caller;
  const named = Object.entries(cursors).map(([conversationId, after]) => ({ conversationId, after }));
  const stands = await findHeadsFor(
    tenant,
    named.map(({ conversationId }) => conversationId),
    userId,
  );
  const within = named.flatMap((one) => {
    const standing = stands.get(one.conversationId);
    return standing ? [{ ...one, standing }] : [];
  });
  const left = named.filter(({ conversationId }) => !stands.has(conversationId));
  // Who has all, or more than there is, wants nothing of the share.
  const limits = sharesOf(
    within.map(({ after, standing: { head } }) => Math.max(0, head.seq - after)),
    MOST_EVENTS,
  );
  const whole = Math.max(
    1,
    limits.reduce((sum, limit) => sum + limit, 0),
  );
  const read = async ({ after, standing }: { after: number; standing: Stands }, limit: number): Promise<Told> => {
    if (after === standing.head.seq) return { events: [], seq: after, more: false, reset: false, bytes: 0 };
    const bytes = Math.floor((MOST_EVENT_BYTES * limit) / whole);
    return eventsAfter(await readingFor(tenant, standing, at), { after, limit, bytes });
  };
  const [around, told] = await Promise.all([
    lookAround(caller, {
      ...{ since, at, consistent: true },
      known: new Map(named.map(({ conversationId }) => [conversationId, stands.get(conversationId)?.head])),
    }),
    inParallel(
      within.map((one, index) => ({ one, limit: limits[index]! })),
      AT_ONCE,
      ({ one, limit }) => read(one, limit),
    ),
  ]);
  let [count, bytes] = [0, 0];
  const events = within.flatMap(({ conversationId, after }, index): Event[] => {
    const one = told[index]!;
    // Each tells one number at least: together they may have become too many.
    if (bytes > 0 && bytes + one.bytes > MOST_EVENT_BYTES) return [{ type: 'sync:more', conversationId, seq: after }];
    bytes += one.bytes;
    count += one.events.length;
    const type = one.reset ? 'sync:reset' : one.more ? 'sync:more' : 'sync:at';
    return [...one.events, { type, conversationId, seq: one.seq }];
  });
  const others = around.changed.filter(({ conversationId }) => !(conversationId in cursors));
  return {
    events: [
      ...events,
      ...parts(left).map(
        (some): Event => ({ type: 'sync:left', conversationIds: some.map(({ conversationId }) => conversationId) }),
      ),
      ...changedEvents(others),
    ],
    around,
    told: { events: count, bytes },
  };
}
