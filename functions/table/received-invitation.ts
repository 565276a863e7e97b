import * as z from 'zod';
import {
  ConditionalCheckFailedException,
  documents,
  type TransactItem,
  TransactionCanceledException,
} from '#aws/documents.ts';
import { partsOfInvitationId } from '#contract/ids.ts';
import { batchGet } from './batch-get.ts';
import { BlockEntity } from './block.ts';
import { type Head, HeadEntity } from './conversation.ts';
import { entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { endOf, InvitationEntity, invited, type StoredInvitation } from './invitation.ts';
import { calmly } from './log/contention.ts';
import { type Member, MemberEntity } from './member.ts';
import { type MemberCount, MemberCountEntity } from './member-count.ts';
import { type Standing, StandingEntity } from './member-standing.ts';
import { stillIs } from './participants-commit.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

const PREFIX = 'D#';

/**
 * That somebody was invited directly, in a partition of their own; one for each conversation, the last. It only points: what
 * became of the invitation stands in the invitation.
 */
export const ReceivedEntity = entity({
  type: 'received-invitation',
  schema: z.object({ id: z.string() }),
  key: (
    tenant: TenantKey,
    { userId, conversationId }: { readonly userId: string; readonly conversationId: string },
  ): Key => ({ pk: join(tenant, 'INBOX', userId), sk: `${PREFIX}${conversationId}` }),
});

/** What is known of a user who is to be invited. */
export interface Candidate {
  readonly userId: string;
  readonly member: boolean;
  readonly ban: Standing['ban'];
  /** They have blocked who invites. */
  readonly blocks: boolean;
  /** The invitation to this conversation that they have, or had. */
  readonly last: StoredInvitation | undefined;
  /** The invitation that this very call makes was made already. */
  readonly made: boolean;
}

/** AP-242 Memberships, bans, blocks and earlier invitations of users who are to be invited with these ids, consistently, in two calls. */
export async function readCandidates(
  tenant: TenantKey,
  conversationId: string,
  inviter: string,
  userIds: readonly string[],
  invitationIds: readonly string[],
): Promise<Candidate[]> {
  const items = await batchGet(
    userIds.flatMap((userId) => [
      MemberEntity.key(tenant, { conversationId, userId }),
      StandingEntity.key(tenant, { conversationId, userId }),
      BlockEntity.key(tenant, { userId, blockedId: inviter }),
      ReceivedEntity.key(tenant, { userId, conversationId }),
    ]),
    { consistent: true },
  );
  const at = ({ pk, sk }: Key, type: string): Item | undefined =>
    items.find((item) => item['pk'] === pk && item['sk'] === sk && item[TABLE.entity] === type);
  const pointers = new Map(
    userIds.map((userId) => {
      const item = at(ReceivedEntity.key(tenant, { userId, conversationId }), ReceivedEntity.type);
      return [userId, item && ReceivedEntity.fromItem(item).id] as const;
    }),
  );
  const ids = [...pointers.values()].filter((id) => id !== undefined);
  const found = await batchGet(
    [...ids, ...invitationIds].map((id) => InvitationEntity.key(tenant, id)),
    { consistent: true },
  );
  const byId = new Map(found.map(InvitationEntity.fromItem).map((invitation) => [invitation.id, invitation]));
  return userIds.map((userId, index) => {
    const standing = at(StandingEntity.key(tenant, { conversationId, userId }), StandingEntity.type);
    return {
      userId,
      member: at(MemberEntity.key(tenant, { conversationId, userId }), MemberEntity.type) !== undefined,
      ban: standing && StandingEntity.fromItem(standing).ban,
      blocks: at(BlockEntity.key(tenant, { userId, blockedId: inviter }), BlockEntity.type) !== undefined,
      last: byId.get(pointers.get(userId) ?? ''),
      made: byId.has(invitationIds[index] ?? ''),
    };
  });
}

/**
 * AP-243 Invite users directly, all of them or none, while the actor is what they were and nobody invited one of them
 * meanwhile. `replaces`: the ids that were read.
 */
export async function storeDirect(
  tenant: TenantKey,
  invitations: readonly { readonly invitation: StoredInvitation; readonly replaces: string | undefined }[],
  actor: Member,
): Promise<boolean> {
  const parts = invitations.flatMap(({ invitation, replaces }): TransactItem[] => {
    const { id, conversationId, userId = '' } = invitation;
    return [
      invited(tenant, invitation),
      {
        Put: {
          TableName: tableName(),
          Item: {
            ...ReceivedEntity.toItem(tenant, { userId, conversationId }, { id }),
            [TABLE.ttl]: endOf(invitation),
          },
          ...(replaces === undefined
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'attribute_not_exists(pk) OR #id = :id',
                ExpressionAttributeNames: { '#id': 'id' },
                ExpressionAttributeValues: { ':id': replaces },
              }),
        },
      },
    ];
  });
  try {
    await calmly(() => documents.transactWrite([stillIs(tenant, actor), ...parts]));
    return true;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    if (error.CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return false;
    throw error;
  }
}

/** AP-244 Take an invitation that was answered off its user's list, unless there is another by now. */
export async function takeOff(tenant: TenantKey, { id, conversationId, userId }: StoredInvitation): Promise<void> {
  if (userId === undefined) return;
  try {
    await documents.delete({
      TableName: tableName(),
      Key: ReceivedEntity.key(tenant, { userId, conversationId }),
      ConditionExpression: '#id = :id',
      ExpressionAttributeNames: { '#id': 'id' },
      ExpressionAttributeValues: { ':id': id },
    });
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

/** An invitation and what it is to. */
export interface Received {
  readonly invitation: StoredInvitation;
  readonly head: Head;
  readonly count: MemberCount;
}

/** AP-245 A page of the invitations made to a user, by conversation, after `after`; those of users they have blocked left out. */
export async function listReceivedBy(
  tenant: TenantKey,
  userId: string,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<{ received: Received[]; next: string | undefined }> {
  const { Items } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': ReceivedEntity.key(tenant, { userId, conversationId: '' }).pk,
      ':first': page.after === undefined ? PREFIX : `${PREFIX}${page.after}\u0000`,
      ':last': `${PREFIX}~`,
    },
    Limit: page.limit + 1,
  });
  const ids = Items.slice(0, page.limit).map((item) => ReceivedEntity.fromItem(item).id);
  const conversations = ids.map((id) => partsOfInvitationId(id).conversationId);
  const items = await batchGet(
    [
      ...ids.map((id) => InvitationEntity.key(tenant, id)),
      ...conversations.flatMap((id) => [HeadEntity.key(tenant, id), MemberCountEntity.key(tenant, id)]),
    ],
    { consistent: true },
  );
  const invitations = items.filter(({ ty }) => ty === InvitationEntity.type).map(InvitationEntity.fromItem);
  const blocks = await batchGet(
    invitations.map(({ createdBy }) => BlockEntity.key(tenant, { userId, blockedId: createdBy })),
    { consistent: true },
  );
  const find = ({ pk, sk }: Key): Item | undefined => items.find((item) => item['pk'] === pk && item['sk'] === sk);
  const received = ids.flatMap((id): Received[] => {
    const invitation = invitations.find((candidate) => candidate.id === id);
    if (!invitation || invitation.hidden) return [];
    const block = BlockEntity.key(tenant, { userId, blockedId: invitation.createdBy });
    const head = find(HeadEntity.key(tenant, invitation.conversationId));
    const count = find(MemberCountEntity.key(tenant, invitation.conversationId));
    if (!head || !count || blocks.some(({ sk }) => sk === block.sk)) return [];
    return [{ invitation, head: HeadEntity.fromItem(head), count: MemberCountEntity.fromItem(count) }];
  });
  return { received, next: Items.length > page.limit ? conversations.at(-1) : undefined };
}
