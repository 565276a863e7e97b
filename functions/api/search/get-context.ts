import { partsOfMessageId } from '#contract/ids.ts';
import type { getMessageContext } from '#contract/search.ts';
import { Refusal } from '#domain/refusal.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { historyList } from '#syncing/history-list.ts';
import { wholeOf } from '#table/archive-part.ts';
import { hiddenBetween } from '#table/hidden.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { type HistoryPage, historyPage, type Place } from '#table/log/history.ts';
import { toMessage } from '#table/message.ts';
import { findVisible } from '#table/visible-message.ts';

/** A hit where it was said: with what came before and after, as far as its reader may see it. */
export const handleGetMessageContext: Handle<typeof getMessageContext> = async (
  { messageId, before, after },
  { caller, at },
) => {
  const { tenant, userId } = caller;
  const { conversationId, seq } = partsOfMessageId(messageId);
  const visible = await findVisible(tenant, { conversationId, seq }, userId, at);
  if (!visible) throw new Refusal('message.not_found');
  const { head, sight, stored } = visible;
  const reader = { ...sight, isHidden: hiddenBetween.bind(undefined, tenant, { conversationId, userId }, sight) };
  const log = logOf(tenant, conversationId);
  const beside = async (order: Place['order'], limit: number): Promise<HistoryPage> =>
    limit === 0
      ? { messages: [], next: seq }
      : historyPage(tenant, conversationId, log, head, { order, from: seq, reader }, limit);
  const [older, newer, [whole], key] = await Promise.all([
    beside('newest', before),
    beside('oldest', after),
    wholeOf(tenant, [{ conversationId, seq, stored }]),
    signingKey('cursor'),
  ]);
  const list = historyList(tenant, userId, conversationId);
  const cursor = (order: Place['order'], { next }: HistoryPage) =>
    next === undefined ? null : cursorFor(key, list, [order, next]);
  const hit = toMessage(conversationId, seq, whole?.stored ?? stored);
  return {
    body: {
      items: [...older.messages.toReversed(), hit, ...newer.messages],
      previousCursor: cursor('newest', older),
      nextCursor: cursor('oldest', newer),
    },
  };
};
