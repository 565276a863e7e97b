import { signingKey } from '#gateways/signing-key.ts';
import type { Caller } from '#runtime/caller.ts';
import type { Head } from '#table/conversation.ts';
import { allMemberships, headsOf } from '#table/conversation-list.ts';
import { digestOfMemberships, readUserCursor, userCursor } from './user-cursor.ts';

/**
 * Milliseconds that a conversation counts as moved after it did: clocks of functions differ, and what a cursor's reading
 * just missed is in the next.
 */
const MARGIN_MS = 10_000;

/** How all conversations of a user stand. */
export interface Around {
  /** Those in which something happened since the cursor, with the last number each has taken; all where there was none. */
  readonly changed: readonly { readonly conversationId: string; readonly seq: number }[];
  readonly conversationIds: readonly string[];
  /** Whether they are others than at the cursor. */
  readonly memberships: 'same' | 'changed';
  readonly cursor: string;
}

/**
 * Looks at all conversations that a user is in at `at` (ms): one query of the index, and their heads. Raises
 * `request.cursor_invalid`.
 */
export async function lookAround(
  { tenant, userId }: Caller,
  {
    since,
    at,
    consistent,
    known = new Map(),
  }: {
    readonly since: string | undefined;
    readonly at: number;
    /** False where it is looked again anyway: half the read units. */
    readonly consistent: boolean;
    /** Heads that were read already; undefined for a conversation that the user is not in. */
    readonly known?: ReadonlyMap<string, Head | undefined>;
  },
): Promise<Around> {
  const key = await signingKey('cursor');
  const before = since === undefined ? undefined : readUserCursor(key, tenant, userId, since);
  const memberships = await allMemberships(tenant, userId);
  const ids = memberships.map(({ conversationId }) => conversationId);
  const read = await headsOf(
    tenant,
    ids.filter((id) => !known.has(id)),
    { consistent },
  );
  const headOf = (id: string): Head | undefined => (known.has(id) ? known.get(id) : read.get(id));
  // Without a head it was purged, and its memberships are only still to be removed.
  const living = memberships.filter(({ conversationId }) => headOf(conversationId));
  const digest = digestOfMemberships(living);
  const changed = living
    .map(({ conversationId }) => ({ conversationId, head: headOf(conversationId)! }))
    .filter(({ head }) => !before || head.lastAt >= before.at - MARGIN_MS)
    .map(({ conversationId, head }) => ({ conversationId, seq: head.seq }));
  return {
    changed,
    conversationIds: living.map(({ conversationId }) => conversationId),
    memberships: before && before.digest !== digest ? 'changed' : 'same',
    cursor: userCursor(key, tenant, userId, { at, digest }),
  };
}
