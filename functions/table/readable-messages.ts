import type { Message } from '#contract/messages.ts';
import { inSight, mayBeHidden, sightOf } from '#domain/visibility.ts';
import { wholeOf } from './archive-part.ts';
import { batchGet } from './batch-get.ts';
import { HeadEntity } from './conversation.ts';
import type { Item, Key, TenantKey } from './entity.ts';
import { hiddenAmong } from './hidden.ts';
import { MemberEntity } from './member.ts';
import { MessageEntity, type MessageKey, toMessage } from './message.ts';
import { TABLE } from './schema.ts';
import { rulesOf } from './tenant-settings.ts';

const nameOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

/**
 * AP-50 Those of some messages that a user may read now: each message and the user's membership of its conversation,
 * consistently. In the order asked for; undefined in the place of one that is gone, or that the user may not see at `at`.
 */
export async function readableMessages(
  tenant: TenantKey,
  userId: string,
  wanted: readonly MessageKey[],
  at: number,
): Promise<(Message | undefined)[]> {
  const places = wanted.map((key) => ({
    ...key,
    message: MessageEntity.key(tenant, key),
    member: MemberEntity.key(tenant, { conversationId: key.conversationId, userId }),
    head: HeadEntity.key(tenant, key.conversationId),
  }));
  const [items, { retention }] = await Promise.all([
    batchGet(
      places.flatMap(({ message, member, head }) => [message, member, head]),
      { consistent: true },
    ),
    rulesOf(tenant, at),
  ]);
  const found = new Map<string, Item>(
    items.map((item) => [nameOf({ pk: String(item.pk), sk: String(item.sk) }), item]),
  );
  const inSightOf = places.map(({ conversationId, seq, message, member: memberKey, head: headKey }) => {
    const [item, member, head] = [message, memberKey, headKey].map((key) => found.get(nameOf(key)));
    if (!member || !head || item?.[TABLE.entity] !== MessageEntity.type) return undefined;
    const sight = sightOf(HeadEntity.fromItem(head), MemberEntity.fromItem(member), retention, at);
    const stored = MessageEntity.fromItem(item);
    return inSight(sight, seq, stored.a) ? { sight, conversationId, seq, stored } : undefined;
  });
  const whole = await wholeOf(
    tenant,
    inSightOf.filter((one) => one !== undefined),
  );
  const messages = new Map(whole.map((one) => [`${one.conversationId}\n${one.seq}`, one]));
  const readable = inSightOf.map((one) => {
    const found = one && messages.get(`${one.conversationId}\n${one.seq}`);
    return found && { sight: found.sight, message: toMessage(found.conversationId, found.seq, found.stored) };
  });
  const suspects = readable.flatMap((one) => (one && mayBeHidden(one.sight, one.message.seq) ? [one.message] : []));
  const isHidden = await hiddenAmong(tenant, userId, suspects);
  return readable.map((one) => (one && !isHidden(one.message) ? one.message : undefined));
}
