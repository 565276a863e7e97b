import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import type { MemberRole } from '#contract/member-role.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as participants } from '#functions/api/participants/participants.lambda.ts';
import { createConversation } from '#table/conversation-create.ts';
import { type Key, type TenantKey, tenantIdOf } from '#table/entity.ts';
import { MemberEntity } from '#table/member.ts';
import { MemberCountEntity } from '#table/member-count.ts';
import { readRoom } from '#table/participants-room.ts';
import { tableName } from '#table/table-name.ts';
import { call, type Reply } from './call.ts';
import { someConversationId } from './conversations.ts';
import { expectAsLogged } from './participants-by-log.ts';

type Role = (typeof MemberRole)['options'][number];
type Operation = keyof typeof api.participants;

/** A room on the emulator with the roles as given (one owner at least), and what its users do to each other. */
export async function aRoom(
  tenant: TenantKey,
  roles: Readonly<Record<string, Role>>,
  type: 'group' | 'channel' = 'channel',
) {
  const conversationId = someConversationId();
  const [createdBy = 'ada'] = Object.keys(roles);
  const members = Object.keys(roles);
  await createConversation(tenant, {
    conversationId,
    type,
    name: 'Engines',
    createdBy,
    members,
    hash: 'h',
    at: Date.now(),
  });
  const set = (Key: Key, what: string, value: string | number) =>
    documents.update({
      TableName: tableName(),
      Key,
      UpdateExpression: 'SET #what = :value',
      ExpressionAttributeNames: { '#what': what },
      ExpressionAttributeValues: { ':value': value },
    });
  for (const [userId, role] of Object.entries(roles))
    if (userId !== createdBy && role !== 'member')
      await set(MemberEntity.key(tenant, { conversationId, userId }), 'role', role);
  const owners = Object.entries(roles).filter(([userId, role]) => userId === createdBy || role === 'owner').length;
  await set(MemberCountEntity.key(tenant, conversationId), 'owners', owners);
  const tenantId = tenantIdOf(tenant);
  return {
    conversationId,
    /** An operation by a user. */
    by: (
      userId: string,
      operation: Operation,
      input: Readonly<Record<string, unknown>> = {},
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Reply> =>
      call(participants, api.participants[operation], { conversationId, ...input }, { userId, tenantId, headers }),
    add: (userId: string, userIds: readonly string[], headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
      call(
        conversations,
        api.conversations.addParticipants,
        { conversationId, userIds },
        { userId, tenantId, headers },
      ),
    /** What the table holds is what the log says, applied in order. */
    expectAsLogged: () => expectAsLogged(tenant, conversationId, roles),
    /** Roles and counts as they are stored. */
    now: async (users: readonly string[] = members) => {
      const { members: found, count } = await readRoom(tenant, conversationId, { members: users });
      return {
        roles: Object.fromEntries([...found.values()].map(({ userId, role }) => [userId, role])),
        members: count.members,
        owners: count.owners,
      };
    },
  };
}
