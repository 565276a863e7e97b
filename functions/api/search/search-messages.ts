import type { searchMessages } from '#contract/search.ts';
import { Refusal } from '#domain/refusal.ts';
import { parseQuery } from '#domain/search-query.ts';
import { SearchUnavailable } from '#gateways/search/request.ts';
import { type Position, search } from '#gateways/search.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import { log } from '#runtime/log.ts';
import type { Handle } from '#runtime/service.ts';
import { tenantIdOf } from '#table/entity.ts';
import { conversationIdsOf } from '#table/member.ts';
import { readableMessages } from '#table/readable-messages.ts';
import { collectHits } from './collect-hits.ts';

export const handleSearchMessages: Handle<typeof searchMessages> = async ({ q, limit, cursor }, request) => {
  const { at, caller } = request;
  const { tenant, userId } = caller;
  const clauses = parseQuery(q);
  const key = await signingKey('cursor');
  const list = JSON.stringify(['search', tenant, userId, q]);
  const after = cursor === undefined ? undefined : (positionOf(key, list, cursor) as unknown as Position);
  const conversationIds = await conversationIdsOf(tenant, userId);
  if (conversationIds.length === 0) return { body: { items: [], nextCursor: null } };
  try {
    const { items, next } = await collectHits(
      {
        search: (from, size) => search({ tenant: tenantIdOf(tenant), conversationIds, clauses, after: from, size }),
        readable: (hits) => readableMessages(tenant, userId, hits, at),
      },
      { limit, after },
    );
    return { body: { items, nextCursor: next ? cursorFor(key, list, next) : null } };
  } catch (error) {
    if (!(error instanceof SearchUnavailable)) throw error;
    log.error('search.unavailable', error, { requestId: request.requestId });
    throw new Refusal('search.unavailable', {}, { cause: error });
  }
};
