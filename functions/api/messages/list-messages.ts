import type { listMessages } from '#contract/messages.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalByRules } from '#domain/settings.ts';
import { sightOf } from '#domain/visibility.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { expect, placeOf } from '#sending/recent-senders.ts';
import { historyList } from '#syncing/history-list.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import { hiddenBetween } from '#table/hidden.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { historyPage, type Place } from '#table/log/history.ts';
import { rulesOf } from '#table/tenant-settings.ts';

/** A page of history. Its cursors carry their own order, so that a client can turn around anywhere. */
export const handleListMessages: Handle<typeof listMessages> = async (
  { conversationId, limit, order, cursor },
  { caller, at },
) => {
  const { tenant, userId } = caller;
  const key = await signingKey('cursor');
  const list = historyList(tenant, userId, conversationId);
  const place = positionIn(cursor === undefined ? [order] : positionOf(key, list, cursor));
  const [{ head, member }, { retention }] = await Promise.all([
    findHeadFor(tenant, conversationId, userId),
    rulesOf(tenant, at),
  ]);
  if (!member || !head) throw new Refusal('conversation.not_found');
  if (!refusalByRules(head.rules, member.role)) expect(placeOf(caller, conversationId), at);
  const sight = sightOf(head, member, retention, at);
  const reader = { ...sight, isHidden: hiddenBetween.bind(undefined, tenant, { conversationId, userId }, sight) };
  const page = await historyPage(
    tenant,
    conversationId,
    logOf(tenant, conversationId),
    head,
    { ...place, reader },
    limit,
  );
  const first = page.messages[0];
  const back = place.order === 'newest' ? 'oldest' : 'newest';
  return {
    body: {
      items: page.messages,
      nextCursor: page.next === undefined ? null : cursorFor(key, list, [place.order, page.next]),
      previousCursor: first ? cursorFor(key, list, [back, first.seq]) : null,
    },
  };
};

const positionIn = ([order, from]: readonly (string | number)[]): Place => ({
  order: order === 'oldest' ? 'oldest' : 'newest',
  from: from === undefined ? undefined : Number(from),
});
