import { partsOfMessageId } from '#contract/ids.ts';
import type { listReactions } from '#contract/reactions.ts';
import { Refusal } from '#domain/refusal.ts';
import { firstVisible } from '#domain/settings.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import { findStoredMessage } from '#table/message.ts';
import { listReacted } from '#table/reaction.ts';
import { emojiNamed } from './emoji.ts';

export const handleListReactions: Handle<typeof listReactions> = async (
  { messageId, emoji: named, limit, cursor },
  { caller },
) => {
  const { tenant, userId } = caller;
  const message = partsOfMessageId(messageId);
  const emoji = named === undefined ? undefined : emojiNamed(named);
  const key = await signingKey('cursor');
  const list = `reactions\n${tenant}\n${userId}\n${messageId}\n${emoji ?? ''}`;
  const after = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const [{ head, member }, stored] = await Promise.all([
    findHeadFor(tenant, message.conversationId, userId),
    findStoredMessage(tenant, message),
  ]);
  if (!head || !member || !stored || message.seq < firstVisible(head.rules, member))
    throw new Refusal('message.not_found');
  if (stored.b.type === 'deleted') return { body: { items: [], nextCursor: null } };
  const { reacted, more } = await listReacted(tenant, message, { emoji, after, limit });
  const last = reacted.at(-1);
  return {
    body: {
      items: reacted.map(({ emoji: with_, userId: by, at }) => ({
        emoji: with_,
        userId: by,
        reactedAt: new Date(at).toISOString(),
      })),
      nextCursor: more && last ? cursorFor(key, list, [last.place]) : null,
    },
  };
};
