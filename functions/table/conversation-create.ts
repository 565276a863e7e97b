import type * as z from 'zod';
import { documents, TransactionCanceledException } from '#aws/documents.ts';
import type { ConversationType } from '#contract/conversations.ts';
import { Refusal } from '#domain/refusal.ts';
import { unlessBlocked } from './block.ts';
import { type Head, HeadEntity } from './conversation.ts';
import type { Item, TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import { MemberEntity } from './member.ts';
import { MemberCountEntity } from './member-count.ts';
import { MessageEntity, type StoredMessage } from './message.ts';
import { RegisteredEntity } from './retention-registry.ts';
import { tableName } from './table-name.ts';
import { registerTenant } from './tenant-registry.ts';

/** A conversation about to exist. `members` are its other members; the creator is the owner (of a direct one, both). */
export interface NewConversation {
  readonly conversationId: string;
  readonly type: z.output<typeof ConversationType>;
  readonly name: string | undefined;
  readonly createdBy: string;
  readonly members: readonly string[];
  /** Digest of the request, so that a repetition with another body is told apart. */
  readonly hash: string;
  readonly at: number;
}

/** The head of a conversation whose log holds entry 1: who was there at the start. */
const firstHead = ({ type, name, createdBy, at }: NewConversation): Head => ({
  type,
  name,
  createdBy,
  createdAt: at,
  seq: 1,
  firstSeq: 1,
  recent: {},
  older: {},
  generation: 0,
  floor: -1,
  lastAt: at,
  n: 0,
  g: 0,
});

/**
 * AP-09 Create a conversation, all or nothing: head, member count, members and entry 1 of its log. Answers the head and
 * entry 1, or undefined when a conversation of this id exists already. Raises `conversation.forbidden` for a direct one
 * where either has blocked the other.
 */
export async function createConversation(
  tenant: TenantKey,
  created: NewConversation,
): Promise<{ head: Head; entry: StoredMessage } | undefined> {
  const { conversationId, createdBy, at } = created;
  const others = [...new Set(created.members)].filter((userId) => userId !== createdBy);
  const [other] = others;
  const head = firstHead(created);
  const entry: StoredMessage = {
    u: createdBy,
    h: created.hash,
    b: { type: 'system', kind: 'conversation_created', userIds: [createdBy, ...others] },
    a: at,
    v: 1,
  };
  const memberItem = (userId: string): Item => ({
    ...MemberEntity.toItem(
      tenant,
      {
        userId,
        conversationId,
        role: userId === createdBy || created.type === 'direct' ? 'owner' : 'member',
        joinedAt: at,
        joinedSeq: 1,
        addedBy: createdBy,
      },
      at,
    ),
    // Entry 1 is no message: everybody has read all there is.
    ...{ readSeq: 1, readN: 0, readG: 0 },
  });
  const items = [
    HeadEntity.toItem(tenant, conversationId, head),
    MemberCountEntity.toItem(tenant, conversationId, {
      members: others.length + 1,
      owners: created.type === 'direct' ? others.length + 1 : 1,
    }),
    ...[createdBy, ...others].map(memberItem),
    MessageEntity.toItem(tenant, { conversationId, seq: 1 }, entry),
    RegisteredEntity.toItem(tenant, conversationId, {}),
  ];
  await registerTenant(tenant);
  try {
    await calmly(() =>
      documents.transactWrite([
        ...items.map((Item) => ({
          Put: { TableName: tableName(), Item, ConditionExpression: 'attribute_not_exists(pk)' },
        })),
        ...(other !== undefined && created.type === 'direct' ? unlessBlocked(tenant, createdBy, other) : []),
      ]),
    );
    return { head, entry };
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const failed = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (failed >= items.length) throw new Refusal('conversation.forbidden');
    if (failed >= 0) return undefined;
    throw error;
  }
}
