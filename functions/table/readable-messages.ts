import type { Message } from '#contract/messages.ts';
import { firstVisible } from '#domain/settings.ts';
import { batchGet } from './batch-get.ts';
import { HeadEntity } from './conversation.ts';
import type { Item, Key, TenantKey } from './entity.ts';
import { MemberEntity } from './member.ts';
import { MessageEntity, type MessageKey, toMessage } from './message.ts';
import { TABLE } from './schema.ts';

const nameOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

/**
 * AP-50 Those of some messages that a user may read now: each message and the user's membership of its conversation,
 * consistently. In the order asked for; undefined in the place of one that is gone, or whose conversation the user is not in.
 */
export async function readableMessages(
  tenant: TenantKey,
  userId: string,
  wanted: readonly MessageKey[],
): Promise<(Message | undefined)[]> {
  const places = wanted.map((key) => ({
    ...key,
    message: MessageEntity.key(tenant, key),
    member: MemberEntity.key(tenant, { conversationId: key.conversationId, userId }),
    head: HeadEntity.key(tenant, key.conversationId),
  }));
  const items = await batchGet(
    places.flatMap(({ message, member, head }) => [message, member, head]),
    { consistent: true },
  );
  const found = new Map<string, Item>(
    items.map((item) => [nameOf({ pk: String(item.pk), sk: String(item.sk) }), item]),
  );
  return places.map(({ conversationId, seq, message, member: memberKey, head: headKey }) => {
    const [item, member, head] = [message, memberKey, headKey].map((key) => found.get(nameOf(key)));
    if (!member || item?.[TABLE.entity] !== MessageEntity.type) return undefined;
    const rules = head && HeadEntity.fromItem(head).rules;
    if (seq < firstVisible(rules, MemberEntity.fromItem(member))) return undefined;
    return toMessage(conversationId, seq, MessageEntity.fromItem(item));
  });
}
