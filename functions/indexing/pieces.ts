import { scope, type TenantKey, tenantIdOf } from '#table/entity.ts';
import type { Place } from '#table/reindex.ts';
import { userPage } from '#table/walk.ts';
import { conversationWrites } from './conversation-writes.ts';
import { readable } from './readable.ts';
import { userWrite } from './user-writes.ts';
import { type Ground, groupsOf } from './walk.ts';
import type { IndexWrite } from './write-documents.ts';

/** Some documents, as the table has their things now. */
export interface Piece {
  readonly writes: readonly IndexWrite[];
  /** Where the walk stands once they are written. */
  readonly place: Place;
  /** What of the table is dealt with by them. */
  readonly conversations: number;
  readonly messages: number;
  /** What cannot be read. */
  readonly unread: readonly string[];
}

/** Messages, or users, in a piece; and conversations read about at a time. */
const [PAGE, CONVERSATIONS] = [400, 100];

async function* usersOf(tenant: TenantKey, from: string | undefined): AsyncGenerator<Piece> {
  for (let after = from; ; ) {
    const { users, next } = await userPage(tenant, { after, limit: PAGE });
    yield {
      writes: users.map((user) => userWrite(tenant, user)),
      place: { tenantId: tenantIdOf(tenant), unit: '', ...(next === undefined ? {} : { within: next }) },
      ...{ conversations: 0, messages: 0, unread: [] },
    };
    if (next === undefined) return;
    after = next;
  }
}

async function* conversationOf(
  tenant: TenantKey,
  conversationId: string,
  from: number | undefined,
): AsyncGenerator<Piece> {
  const named = from === undefined ? await conversationWrites(tenant, [conversationId], Date.now()) : [];
  for (let after = from ?? 0; ; ) {
    const { writes, unread, next } = await readable(tenant, conversationId, { after, limit: PAGE });
    yield {
      writes: after === (from ?? 0) ? [...named, ...writes] : writes,
      place: { tenantId: tenantIdOf(tenant), unit: conversationId, ...(next === undefined ? {} : { within: next }) },
      conversations: next === undefined ? 1 : 0,
      messages: writes.length + unread.size,
      unread: [...unread].map(([seq, why]) => `${conversationId} ${seq}: ${why}`),
    };
    if (next === undefined) return;
    after = next;
  }
}

/** Everything of a ground as documents, from a place on. */
export async function* piecesOf(ground: Ground, from: Place | undefined): AsyncGenerator<Piece> {
  if (from?.within !== undefined) {
    const tenant = scope(from.tenantId);
    yield* from.unit === ''
      ? usersOf(tenant, String(from.within))
      : conversationOf(tenant, from.unit, Number(from.within));
  }
  const place = from && { tenantId: from.tenantId, unit: from.unit };
  for await (const { tenant, users, conversationIds } of groupsOf(ground, place, CONVERSATIONS)) {
    if (users) yield* usersOf(tenant, undefined);
    for (const conversationId of conversationIds) yield* conversationOf(tenant, conversationId, undefined);
  }
}
