import { emojiNamed } from '#changing/emoji.ts';
import { partsOfMessageId } from '#contract/ids.ts';
import type { listReactions } from '#contract/reactions.ts';
import { Refusal } from '#domain/refusal.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { listReacted } from '#table/reaction.ts';
import { findVisible } from '#table/visible-message.ts';

export const handleListReactions: Handle<typeof listReactions> = async (
  { messageId, emoji: named, limit, cursor },
  { caller, at },
) => {
  const { tenant, userId } = caller;
  const message = partsOfMessageId(messageId);
  const emoji = named === undefined ? undefined : emojiNamed(named);
  const key = await signingKey('cursor');
  const list = `reactions\n${tenant}\n${userId}\n${messageId}\n${emoji ?? ''}`;
  const after = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const visible = await findVisible(tenant, message, userId, at);
  if (!visible) throw new Refusal('message.not_found');
  if (visible.stored.b.type === 'deleted') return { body: { items: [], nextCursor: null } };
  const { reacted, more } = await listReacted(tenant, message, { emoji, after, limit });
  const last = reacted.at(-1);
  return {
    body: {
      items: reacted.map(({ emoji: with_, userId: by, at: reactedAt }) => ({
        emoji: with_,
        userId: by,
        reactedAt: new Date(reactedAt).toISOString(),
      })),
      nextCursor: more && last ? cursorFor(key, list, [last.place]) : null,
    },
  };
};
