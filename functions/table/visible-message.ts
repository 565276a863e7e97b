import { inSight, mayBeHidden, type Sight, sightOf } from '#domain/visibility.ts';
import { batchGet } from './batch-get.ts';
import { type Head, HeadEntity } from './conversation.ts';
import type { TenantKey } from './entity.ts';
import { hiddenAmong } from './hidden.ts';
import { type Member, MemberEntity } from './member.ts';
import { MessageEntity, type MessageKey, type StoredMessage } from './message.ts';
import { rulesOf } from './tenant-settings.ts';

/** A message as one of its readers sees it, with all that a decision about it needs. */
export interface Visible {
  readonly head: Head;
  readonly member: Member;
  readonly stored: StoredMessage;
  readonly sight: Sight;
}

/**
 * AP-264 A message with its conversation's head and one user's membership, consistently, in one call. Undefined for whoever
 * may not see it at `at` (ms): outsiders, those who came later where that matters, those who have hidden it; and for
 * everybody when it is gone or older than is kept.
 */
export async function findVisible(
  tenant: TenantKey,
  message: MessageKey,
  userId: string,
  at: number,
): Promise<Visible | undefined> {
  const { conversationId, seq } = message;
  const [items, { retention }] = await Promise.all([
    batchGet(
      [
        HeadEntity.key(tenant, conversationId),
        MemberEntity.key(tenant, { conversationId, userId }),
        MessageEntity.key(tenant, message),
      ],
      { consistent: true },
    ),
    rulesOf(tenant, at),
  ]);
  const of = (type: string) => items.find(({ ty }) => ty === type);
  const [headItem, memberItem, item] = [HeadEntity, MemberEntity, MessageEntity].map(({ type }) => of(type));
  if (!memberItem) return undefined;
  if (!headItem || !item) return undefined;
  const [head, member] = [HeadEntity.fromItem(headItem), MemberEntity.fromItem(memberItem)];
  const stored = MessageEntity.fromItem(item);
  const sight = sightOf(head, member, retention, at);
  if (!inSight(sight, seq, stored.a)) return undefined;
  if (mayBeHidden(sight, seq) && (await hiddenAmong(tenant, userId, [message]))(message)) return undefined;
  return { head, member, stored, sight };
}
