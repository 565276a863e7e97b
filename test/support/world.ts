import { messageIdOf, partsOfMessageId } from '#contract/ids.ts';
import { DEFAULT_RULES } from '#contract/tenant.ts';
import { BlockEntity } from '#table/block.ts';
import { HeadEntity } from '#table/conversation.ts';
import { type Item, scope } from '#table/entity.ts';
import { conversationIdOfImport, hashOfConversation, ImportEntity } from '#table/import.ts';
import { HoldEntity } from '#table/legal-hold.ts';
import { ChangeEntity } from '#table/log/change.ts';
import { MediaEntity } from '#table/media.ts';
import { MemberEntity } from '#table/member.ts';
import { MessageEntity } from '#table/message.ts';
import { PinsEntity } from '#table/pins.ts';
import { RateBucketEntity } from '#table/rate-bucket.ts';
import { ReactionEntity } from '#table/reaction.ts';
import { TenantChangeEntity, TenantSettingsEntity } from '#table/tenant-settings.ts';
import { UserEntity } from '#table/user.ts';
import {
  ARCHIVED_ID,
  CONVERSATION_ID,
  DELETED_MESSAGE_ID,
  IMPORT_ID,
  MEDIA_ID,
  MESSAGE_ID,
  OWN_MESSAGE_ID,
  REPLY_ID,
} from './example-ids.ts';
import { EXAMPLES } from './examples.ts';
import { invitationItems } from './invitations-world.ts';
import { moderationItems } from './moderation-world.ts';
import { ownItems } from './own-world.ts';
import { participantItems } from './participants-world.ts';
import { reindexItem } from './reindex-world.ts';
import { settingsItems } from './settings-world.ts';
import { summaryAt, threadItems } from './threads-world.ts';
import { uploadItems } from './uploads-world.ts';
import { webhookItems } from './webhooks-world.ts';

const AT = Date.UTC(2026, 10, 21, 9, 30);
/** The number of the change that deleted a message. */
const DELETION = 4;
/** The number of the change that pinned bob's message. */
const PINNED = 5;

/**
 * What a tenant's table holds so that every example finds something: a group of `ada` (owner) and `bob` with a
 * message of bob's, one of ada's and one that she deleted, a picture of ada's that is ready, and an import that has begun.
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
  const head = (conversationId: string, last: number) =>
    HeadEntity.toItem(tenant, conversationId, {
      type: 'group',
      name: 'Engines',
      createdBy: 'ada',
      createdAt: AT,
      seq: last,
      firstSeq: 1,
      recent: {},
      older: {},
      generation: 0,
      floor: -1,
      lastAt: AT,
    });
  const settings = {
    rules: { ...DEFAULT_RULES, retention: { days: 3_650, maxDays: null } },
    version: 2,
    at: AT,
    by: 'ada',
  };
  const imported = conversationIdOfImport(tenant, IMPORT_ID);
  return [
    ...[undefined, ARCHIVED_ID].map((held) =>
      HoldEntity.toItem(tenant, held, { reason: 'A case.', by: 'ada', at: AT }),
    ),
    head(CONVERSATION_ID, partsOfMessageId(REPLY_ID).seq),
    RateBucketEntity.toItem(tenant, { userId: 'ada', counted: 'messages' }, { t: AT * 1_000 }),
    UserEntity.toItem(tenant, 'ada', {
      userId: 'ada',
      displayName: 'Ada',
      privacy: { lastSeen: 'everyone', readReceipts: true },
      createdAt: AT,
      updatedAt: AT,
      updatedBy: 'ada',
      version: 1,
    }),
    BlockEntity.toItem(tenant, { userId: 'ada', blockedId: 'cleo' }, { at: AT }),
    TenantSettingsEntity.toItem(tenant, undefined, settings),
    TenantChangeEntity.toItem(tenant, 2, { ...settings, before: DEFAULT_RULES }),
    head(imported, 0),
    ImportEntity.toItem(tenant, IMPORT_ID, {
      conversationId: imported,
      hash: hashOfConversation(EXAMPLES.imports.startImport.conversation),
      nextBatch: 0,
      messages: 0,
      startedBy: 'ada',
      startedAt: AT,
    }),
    ...participantItems(tenant, AT),
    ...settingsItems(tenant, AT),
    ...ownItems(tenant, AT),
    ...threadItems(tenant, AT),
    ...moderationItems(tenant, AT),
    ...invitationItems(tenant, AT),
    ...webhookItems(tenant, AT),
    reindexItem(tenant, AT),
    member('ada', 'owner'),
    member('bob', 'member'),
    MessageEntity.toItem(
      tenant,
      { conversationId: CONVERSATION_ID, seq },
      {
        u: 'bob',
        b: { type: 'text', text: 'Good morning.' },
        a: AT,
        v: 1,
        r: { n: 1, t: [{ e: '🎉', c: 1, u: ['ada'] }] },
        k: summaryAt(AT),
        p: PINNED,
      },
    ),
    PinsEntity.toItem(tenant, CONVERSATION_ID, { version: 1, pins: [{ m: seq, n: PINNED, u: 'ada', a: AT }] }),
    ReactionEntity.toItem(
      tenant,
      { conversationId: CONVERSATION_ID, seq, emoji: '🎉', userId: 'ada' },
      { e: '🎉', u: 'ada', a: AT },
    ),
    MessageEntity.toItem(tenant, partsOfMessageId(OWN_MESSAGE_ID), {
      u: 'ada',
      b: { type: 'text', text: 'It weaves.' },
      a: AT,
      v: 1,
    }),
    MessageEntity.toItem(tenant, partsOfMessageId(DELETED_MESSAGE_ID), {
      u: 'ada',
      b: { type: 'deleted' },
      a: AT,
      v: 2,
      e: AT,
      l: [DELETION],
    }),
    ChangeEntity.toItem(
      tenant,
      { conversationId: CONVERSATION_ID, seq: DELETION },
      {
        u: 'ada',
        c: 'AZqYt2a0cK6fPpQ1mWk3Zg',
        h: 'test',
        // Not long ago, so that it can be brought back.
        a: Date.now(),
        d: {
          kind: 'message_deleted',
          seq: partsOfMessageId(DELETED_MESSAGE_ID).seq,
          before: { type: 'text', text: 'Never mind.' },
          version: 1,
        },
      },
    ),
    ...uploadItems(tenant),
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
