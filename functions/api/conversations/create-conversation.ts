import { type createConversation, MEMBER_CAP } from '#contract/conversations.ts';
import type { Input } from '#contract/route.ts';
import { announce } from '#delivery/announce.ts';
import { Refusal } from '#domain/refusal.ts';
import { sightOf } from '#domain/visibility.ts';
import type { Caller } from '#runtime/caller.ts';
import type { Handle } from '#runtime/service.ts';
import { findHead, toConversation } from '#table/conversation.ts';
import { createConversation as writeConversation } from '#table/conversation-create.ts';
import { digestOf } from '#table/digest.ts';
import { directConversationId } from '#table/direct-conversation.ts';
import { findMember } from '#table/member.ts';
import { findStoredMessage, toMessage } from '#table/message.ts';
import { rulesOf } from '#table/tenant-settings.ts';
import { freshConversationId, keyedConversationId } from './conversation-id.ts';

type Wanted = Input<typeof createConversation>;

const idOf = (wanted: Wanted, caller: Caller, idempotencyKey: string | undefined): string => {
  const { tenant, userId } = caller;
  if (wanted.type === 'direct') return directConversationId(tenant, userId, wanted.participants[0]!);
  return idempotencyKey === undefined ? freshConversationId() : keyedConversationId(tenant, userId, idempotencyKey);
};

/** Creates a conversation. A direct one exists once per pair: asking again, from either side, answers the same one. */
export const handleCreateConversation: Handle<typeof createConversation> = async (
  wanted,
  { caller, at, idempotencyKey },
) => {
  const { tenant, userId } = caller;
  if (wanted.type === 'direct' && wanted.participants[0] === userId)
    throw new Refusal('request.invalid', { issues: [{ path: 'participants.0', message: 'name somebody else' }] });
  const members = [...new Set([userId, ...wanted.participants])];
  if (members.length > MEMBER_CAP[wanted.type])
    throw new Refusal('conversation.full', { cap: MEMBER_CAP[wanted.type] });
  const { features, retention } = await rulesOf(tenant, at);
  if (wanted.type === 'channel' && !features.channels)
    throw new Refusal('tenant.feature_disabled', { feature: 'channels' });
  const conversationId = idOf(wanted, caller, idempotencyKey);
  const hash = digestOf(wanted.type === 'direct' ? { type: 'direct' } : wanted);

  const created = await writeConversation(tenant, {
    conversationId,
    type: wanted.type,
    name: wanted.type === 'direct' ? undefined : wanted.name,
    createdBy: userId,
    members,
    hash,
    at,
  });
  if (created) {
    const message = toMessage(conversationId, 1, created.entry);
    const event = { type: 'participant:added', conversationId, seq: 1, userIds: members, message } as const;
    await announce(tenant, members, conversationId, [event]);
    return {
      body: toConversation(
        conversationId,
        created.head,
        'owner',
        sightOf(created.head, { joinedSeq: 1 }, retention, at),
      ),
    };
  }

  const [head, member, first] = await Promise.all([
    findHead(tenant, conversationId),
    findMember(tenant, conversationId, userId),
    findStoredMessage(tenant, { conversationId, seq: 1 }),
  ]);
  // Something of it is there and its head is not: what was purged is not all removed.
  if (!head) throw new Refusal('conversation.purging');
  // Its creator may have left since: what it was is still theirs to hear only while they are in it.
  if (!member) throw new Refusal('conversation.not_found');
  // When the entry is older than is kept, nobody knows any more what was asked for first.
  if (wanted.type !== 'direct' && (first?.h ?? (head.firstSeq > 1 ? hash : undefined)) !== hash)
    throw new Refusal('conversation.idempotency_conflict', { storedHash: first?.h ?? null, givenHash: hash });
  return {
    body: toConversation(conversationId, head, member.role, sightOf(head, member, retention, at)),
    replayed: true,
  };
};
