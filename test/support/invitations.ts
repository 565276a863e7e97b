import { documents } from '#aws/documents.ts';
import { invitationsApi, settingsApi } from '#contract/api.ts';
import type { Role } from '#domain/roles.ts';
import { handler } from '#functions/api/invitations/invitations.lambda.ts';
import { handler as settings } from '#functions/api/settings/settings.lambda.ts';
import { scope } from '#table/entity.ts';
import { MemberCountEntity } from '#table/member-count.ts';
import { readRoom } from '#table/participants-room.ts';
import { RateBucketEntity } from '#table/rate-bucket.ts';
import { tableName } from '#table/table-name.ts';
import { type CallOptions, call, type Reply } from './call.ts';
import { aRoom } from './participants.ts';

const tenant = scope('acme');

type Operation = keyof typeof invitationsApi;

/** An operation of invitations by a user. */
export const as = (
  userId: string,
  operation: Operation,
  input: Readonly<Record<string, unknown>> = {},
  options: CallOptions = {},
): Promise<Reply> => call(handler, invitationsApi[operation], input, { userId, ...options });

export interface Link {
  readonly id: string;
  readonly token: string;
}

/** A room with the roles as given, and what invitations do there. */
export async function anInvitingRoom(roles: Readonly<Record<string, Role>>, type: 'group' | 'channel' = 'group') {
  const room = await aRoom(tenant, roles, type);
  // Nobody has invited lately: that there is a rate is seen in a test of its own.
  for (const userId of Object.keys(roles))
    await documents.delete({
      TableName: tableName(),
      Key: RateBucketEntity.key(tenant, { userId, counted: 'invitations' }),
    });
  const { conversationId } = room;
  const create = (userId: string, input: Readonly<Record<string, unknown>>, options?: CallOptions) =>
    as(userId, 'createInvitation', { conversationId, ...input }, options);
  return {
    ...room,
    create,
    /** A link, made by a user who may. */
    link: async (userId = 'ada', input: Readonly<Record<string, unknown>> = {}): Promise<Link> => {
      const { status, body } = await create(userId, { kind: 'link', ...input });
      if (status !== 201) throw new Error(`no link: ${JSON.stringify(body)}`);
      return { id: (body['invitation'] as { id: string }).id, token: String(body['token']) };
    },
    revoke: (userId: string, invitationId: string) => as(userId, 'revokeInvitation', { conversationId, invitationId }),
    uses: async (invitationId: string, userId = 'ada', limit = 100) => {
      const { body } = await as(userId, 'listUses', { conversationId, invitationId, limit });
      return (body['items'] as { userId: string }[]).map((use) => use.userId);
    },
    list: async (userId = 'ada') =>
      (await as(userId, 'listInvitations', { conversationId })).body['items'] as Record<string, unknown>[],
    settings: (input: Readonly<Record<string, unknown>>) =>
      call(settings, settingsApi.updateSettings, { conversationId, ...input }, { userId: 'ada' }),
    archive: () => call(settings, settingsApi.archiveConversation, { conversationId }, { userId: 'ada' }),
    /** Lets the counts say that there are so many members. */
    fill: (members: number) =>
      documents.update({
        TableName: tableName(),
        Key: MemberCountEntity.key(tenant, conversationId),
        UpdateExpression: 'SET #members = :members',
        ExpressionAttributeNames: { '#members': 'members' },
        ExpressionAttributeValues: { ':members': members },
      }),
    roleOf: async (userId: string): Promise<Role | undefined> =>
      (await readRoom(tenant, conversationId, { members: [userId] })).members.get(userId)?.role,
  };
}

export const redeem = (userId: string, { token }: Pick<Link, 'token'>, options?: CallOptions) =>
  as(userId, 'redeemInvitation', { token }, options);
export const preview = (userId: string, { token }: Pick<Link, 'token'>, options?: CallOptions) =>
  as(userId, 'previewInvitation', { token }, options);
