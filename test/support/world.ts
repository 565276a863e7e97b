import { messageIdOf, partsOfMessageId } from '#contract/ids.ts';
import { HeadEntity } from '#table/conversation.ts';
import { type Item, scope } from '#table/entity.ts';
import { MediaEntity } from '#table/media.ts';
import { MemberEntity } from '#table/member.ts';
import { MessageEntity } from '#table/message.ts';
import { CONVERSATION_ID, MEDIA_ID, MESSAGE_ID } from './examples.ts';

const AT = Date.UTC(2026, 10, 21, 9, 30);

/**
 * What a tenant's table holds so that every example finds something: a group of `ada` (owner) and `bob` with one
 * message, and a picture of ada's that is ready.
 */
export function itemsOf(tenantId: string): Item[] {
  const tenant = scope(tenantId);
  const { seq } = partsOfMessageId(MESSAGE_ID);
  if (messageIdOf(CONVERSATION_ID, seq) !== MESSAGE_ID) throw new Error('the examples speak of two conversations');
  const member = (userId: string, role: 'owner' | 'member') =>
    MemberEntity.toItem(
      tenant,
      { userId, conversationId: CONVERSATION_ID, role, joinedAt: AT, joinedSeq: 1, addedBy: 'ada' },
      AT,
    );
  return [
    HeadEntity.toItem(tenant, CONVERSATION_ID, {
      type: 'group',
      name: 'Engines',
      createdBy: 'ada',
      createdAt: AT,
      seq,
      firstSeq: 1,
      recent: {},
      older: {},
      generation: 0,
      floor: -1,
      lastAt: AT,
    }),
    member('ada', 'owner'),
    member('bob', 'member'),
    MessageEntity.toItem(
      tenant,
      { conversationId: CONVERSATION_ID, seq },
      { u: 'bob', b: { type: 'text', text: 'Good morning.' }, a: AT, v: 1 },
    ),
    MediaEntity.toItem(tenant, MEDIA_ID, {
      mediaId: MEDIA_ID,
      ownerId: 'ada',
      state: 'ready',
      fileName: 'engine.jpg',
      contentType: 'image/jpeg',
      bytes: 120_000,
      createdAt: AT,
      objectVersion: '1',
      renditions: (['thumbnail', 'display'] as const).map((name) => ({
        name,
        contentType: 'image/webp',
        width: 100,
        height: 100,
        bytes: 1_000,
        sha256: '0'.repeat(64),
      })),
      version: 4,
    }),
  ];
}
