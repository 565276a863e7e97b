import { api } from '#contract/api.ts';
import type { MemberRole } from '#contract/participants.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as participants } from '#functions/api/participants/participants.lambda.ts';
import { createConversation } from '#table/conversation-create.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { becomes, commitMembership, counted } from '#table/participants-commit.ts';
import { readRoom } from '#table/participants-room.ts';
import { call, type Reply } from './call.ts';
import { someConversationId } from './conversations.ts';

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
  const state = await readRoom(tenant, conversationId, { members });
  const others = Object.entries(roles).filter(([userId, role]) => userId !== createdBy && role !== 'member');
  if (others.length > 0) {
    const parts = others.map(([userId, role]) => becomes(tenant, state.members.get(userId)!, role, 1));
    const owners = others.filter(([, role]) => role === 'owner').length;
    // Numbers of the log begin at 1: what lies at 0 is the test's own.
    const entry = { u: createdBy, b: { type: 'text', text: 'set up' }, a: 1, v: 1 } as const;
    const all = [...parts, counted(tenant, conversationId, { owners })];
    const written = await commitMembership(tenant, { conversationId, seq: 0 }, entry, all);
    if (written !== 'stored') throw new Error(`the room was not set up: ${written}`);
  }
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
    add: (userId: string, userIds: readonly string[]): Promise<Reply> =>
      call(conversations, api.conversations.addParticipants, { conversationId, userIds }, { userId, tenantId }),
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
