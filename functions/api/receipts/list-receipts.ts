import { partsOfMessageId } from '#contract/ids.ts';
import type { listReceipts } from '#contract/receipts.ts';
import { Refusal } from '#domain/refusal.ts';
import { watermarksOf } from '#domain/watermark.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { listStates, sendersAfter } from '#table/receipts.ts';
import { quietReaders } from '#table/user.ts';
import { findVisible } from '#table/visible-message.ts';

/**
 * Receipts derived from watermarks, a page of members at a time, by user id. Whoever wrote later has read what was before;
 * who keeps their reading to themselves is shown as reached only.
 */
export const handleListReceipts: Handle<typeof listReceipts> = async (
  { messageId, limit, cursor },
  { caller: { tenant, userId }, at },
) => {
  const { conversationId, seq } = partsOfMessageId(messageId);
  const key = await signingKey('cursor');
  const list = `receipts\n${tenant}\n${userId}\n${messageId}`;
  const after = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const visible = await findVisible(tenant, { conversationId, seq }, userId, at);
  if (!visible) throw new Refusal('message.not_found');
  const message = visible.stored;
  const [{ states, more }, spoke] = await Promise.all([
    listStates(tenant, conversationId, { after, limit }),
    sendersAfter(tenant, conversationId, seq),
  ]);
  const quiet = await quietReaders(
    tenant,
    states.map((state) => state.userId),
  );
  const marks = states
    .filter((state) => state.userId !== message.u)
    .map((state) => {
      const { read, delivered } = watermarksOf(state);
      const hasRead = read >= seq || spoke.has(state.userId);
      return { userId: state.userId, hasRead: hasRead && !quiet.has(state.userId), has: hasRead || delivered >= seq };
    });
  const last = states.at(-1);
  return {
    body: {
      deliveredTo: marks.filter(({ has }) => has).map((one) => one.userId),
      readBy: marks.filter(({ hasRead }) => hasRead).map((one) => one.userId),
      nextCursor: more && last ? cursorFor(key, list, [last.userId]) : null,
    },
  };
};
