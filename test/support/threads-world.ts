import { partsOfMessageId } from '#contract/ids.ts';
import type { Item, TenantKey } from '#table/entity.ts';
import { MessageEntity } from '#table/message.ts';
import { ReplyEntity } from '#table/thread.ts';
import { followerPartition, ThreadMemberEntity, threadPlace } from '#table/thread-member.ts';
import { CONVERSATION_ID, MESSAGE_ID, REPLY_ID } from './example-ids.ts';

const { seq: root } = partsOfMessageId(MESSAGE_ID);
const { seq } = partsOfMessageId(REPLY_ID);

/** What the root of the examples' thread says of it: one reply of ada's. */
export const summaryAt = (at: number) => ({ v: 1, c: 1, k: 1, u: ['ada'], f: seq, s: seq, a: at });

/** What the examples of threads find: ada's reply, and that she follows the thread. */
export function threadItems(tenant: TenantKey, at: number): Item[] {
  const thread = { conversationId: CONVERSATION_ID, root };
  return [
    MessageEntity.toItem(
      tenant,
      { conversationId: CONVERSATION_ID, seq },
      { u: 'ada', b: { type: 'text', text: 'Good morning to you.' }, a: at, v: 1, t: { r: root, p: [] } },
    ),
    ReplyEntity.toItem(tenant, { ...thread, seq }, { u: 'ada', a: at, p: [] }),
    {
      ...ThreadMemberEntity.toItem(
        tenant,
        { ...thread, userId: 'ada' },
        { userId: 'ada', state: 'following', reason: 'replied', replied: true },
      ),
      uk: followerPartition(tenant, 'ada'),
      us: threadPlace(at, thread),
    },
  ];
}
