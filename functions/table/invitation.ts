import * as z from 'zod';
import {
  ConditionalCheckFailedException,
  documents,
  type TransactItem,
  TransactionCanceledException,
} from '#aws/documents.ts';
import { partsOfInvitationId } from '#contract/ids.ts';
import { type Invitation, InvitedRole } from '#contract/invitations.ts';
import { timeOfKey } from '#domain/client-id.ts';
import { stateOf } from '#domain/invitation.ts';
import { batchGet } from './batch-get.ts';
import { conversationPartition } from './conversation.ts';
import { digits, entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import type { Member } from './member.ts';
import { stillIs } from './participants-commit.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Days after its end that an invitation can still be looked at. */
const KEPT_DAYS = 30;

/**
 * An invitation, in its conversation's partition, by the time in its id. Its uses are counted here and told by the numbers
 * of the log entries that let somebody in: `numbers` are those of the last page (see `invitation-uses.ts`), so that it stays under 1 KB.
 */
const Stored = z.object({
  id: z.string(),
  conversationId: z.string(),
  role: InvitedRole,
  createdBy: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
  maxUses: z.number().optional(),
  uses: z.number(),
  numbers: z.array(z.number()),
  /** Full pages of numbers that lie beside it. */
  pages: z.number(),
  /** A list of whom alone it is for lies beside it. */
  restricted: z.boolean().optional(),
  /** A direct one: for this user. */
  userId: z.string().optional(),
  /** The invited user has blocked who invites and never sees it; nobody is told. */
  hidden: z.boolean().optional(),
  revoked: z.object({ by: z.string(), at: z.number() }).optional(),
  declinedAt: z.number().optional(),
  /** Digest of what was asked, for a repetition. */
  hash: z.string(),
});
export type StoredInvitation = z.output<typeof Stored>;

const PREFIX = 'INV#';
const sortKeyOf = (invitationId: string): string => sortKey(partsOfInvitationId(invitationId).token);
const sortKey = (token: string): string => `${PREFIX}${join(digits(timeOfKey(token)), token)}`;

const base = entity({
  type: 'invitation',
  schema: Stored,
  key: (tenant: TenantKey, invitationId: string): Key => ({
    pk: conversationPartition(tenant, partsOfInvitationId(invitationId).conversationId),
    sk: sortKeyOf(invitationId),
  }),
});

/** Epoch seconds from which an invitation and what lies beside it may be deleted. */
export const endOf = ({ expiresAt }: { readonly expiresAt: number }): number =>
  Math.ceil(expiresAt / 1_000) + KEPT_DAYS * 86_400;

export const InvitationEntity = {
  ...base,
  toItem: (tenant: TenantKey, invitation: StoredInvitation): Item => ({
    ...base.toItem(tenant, invitation.id, invitation),
    [TABLE.ttl]: endOf(invitation),
  }),
};

/** For whom alone a link is. Beside the invitation, whose every use writes all of it. */
export const AllowedEntity = entity({
  type: 'invitation-allowed',
  schema: z.object({ userIds: z.array(z.string()) }),
  key: (tenant: TenantKey, invitationId: string): Key => ({
    pk: conversationPartition(tenant, partsOfInvitationId(invitationId).conversationId),
    sk: join('INVA', partsOfInvitationId(invitationId).token),
  }),
});

/** An invitation as the API shows it at `now`. */
export const toInvitation = (
  stored: StoredInvitation,
  allowed: readonly string[] | undefined,
  now: number,
): Invitation => ({
  id: stored.id,
  conversationId: stored.conversationId,
  kind: stored.userId === undefined ? 'link' : 'direct',
  role: stored.role,
  state: stateOf(stored, now),
  createdBy: stored.createdBy,
  createdAt: new Date(stored.createdAt).toISOString(),
  expiresAt: new Date(stored.expiresAt).toISOString(),
  maxUses: stored.maxUses ?? null,
  uses: stored.uses,
  userIds: stored.userId === undefined ? (allowed ? [...allowed] : null) : [stored.userId],
  revokedBy: stored.revoked?.by ?? null,
});

const putNew = (Item: Item): TransactItem => ({
  Put: { TableName: tableName(), Item, ConditionExpression: 'attribute_not_exists(pk)' },
});

/** Part of a transaction: the invitation is there from now on. */
export const invited = (tenant: TenantKey, invitation: StoredInvitation): TransactItem =>
  putNew(InvitationEntity.toItem(tenant, invitation));

/**
 * AP-233 Write a link, while whoever makes it is what they were when it was decided. `exists`: with this id one is there.
 */
export async function storeLink(
  tenant: TenantKey,
  invitation: StoredInvitation,
  allowed: readonly string[] | undefined,
  actor: Member,
): Promise<'stored' | 'exists' | 'changed'> {
  const list = allowed && {
    ...AllowedEntity.toItem(tenant, invitation.id, { userIds: [...allowed] }),
    [TABLE.ttl]: endOf(invitation),
  };
  try {
    await calmly(() =>
      documents.transactWrite([
        invited(tenant, invitation),
        stillIs(tenant, actor),
        ...(list ? [{ Put: { TableName: tableName(), Item: list } }] : []),
      ]),
    );
    return 'stored';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const failed = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (failed < 0) throw error;
    return failed === 0 ? 'exists' : 'changed';
  }
}

/** AP-234 Part of an entry: one more use, told by the number of its log entry, while there are uses left and nobody withdrew it. */
export const usedOnce = (tenant: TenantKey, invitation: StoredInvitation, seq: number): TransactItem => ({
  Update: {
    TableName: tableName(),
    Key: InvitationEntity.key(tenant, invitation.id),
    UpdateExpression: 'SET #uses = #uses + :one, #numbers = list_append(#numbers, :seq)',
    ConditionExpression: `attribute_not_exists(#revoked) AND attribute_not_exists(#declinedAt) AND ${
      invitation.maxUses === undefined ? 'attribute_exists(#uses)' : '#uses < :max'
    }`,
    ExpressionAttributeNames: {
      '#uses': 'uses',
      '#numbers': 'numbers',
      '#revoked': 'revoked',
      '#declinedAt': 'declinedAt',
    },
    ExpressionAttributeValues: {
      ':one': 1,
      ':seq': [seq],
      ...(invitation.maxUses === undefined ? {} : { ':max': invitation.maxUses }),
    },
  },
});

/** AP-235 Withdraw an invitation, while the actor is what they were. False when the actor or the invitation has changed. */
export async function revoke(tenant: TenantKey, invitationId: string, actor: Member, at: number): Promise<boolean> {
  try {
    await calmly(() =>
      documents.transactWrite([
        {
          Update: {
            TableName: tableName(),
            Key: InvitationEntity.key(tenant, invitationId),
            UpdateExpression: 'SET #revoked = :by',
            ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#revoked)',
            ExpressionAttributeNames: { '#revoked': 'revoked' },
            ExpressionAttributeValues: { ':by': { by: actor.userId, at } },
          },
        },
        stillIs(tenant, actor),
      ]),
    );
    return true;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    if (error.CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return false;
    throw error;
  }
}

/** AP-236 Decline a direct invitation that is open. False when it is not. */
export async function decline(tenant: TenantKey, invitationId: string, at: number): Promise<boolean> {
  try {
    await documents.update({
      TableName: tableName(),
      Key: InvitationEntity.key(tenant, invitationId),
      UpdateExpression: 'SET #declinedAt = :at',
      ConditionExpression: '#uses = :none AND attribute_not_exists(#revoked) AND attribute_not_exists(#declinedAt)',
      ExpressionAttributeNames: { '#uses': 'uses', '#revoked': 'revoked', '#declinedAt': 'declinedAt' },
      ExpressionAttributeValues: { ':at': at, ':none': 0 },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** AP-247 For whom alone each of these invitations is, by their ids; those for everybody are left out. */
export async function findAllowed(
  tenant: TenantKey,
  invitations: readonly StoredInvitation[],
): Promise<Map<string, readonly string[]>> {
  const restricted = invitations.filter((invitation) => invitation.restricted);
  const keys = restricted.map(({ id }) => AllowedEntity.key(tenant, id));
  const items = await batchGet(keys, { consistent: true });
  return new Map(
    restricted.flatMap(({ id }, index) => {
      const item = items.find(({ sk }) => sk === keys[index]!.sk);
      return item ? [[id, AllowedEntity.fromItem(item).userIds] as const] : [];
    }),
  );
}

/** AP-237 Invitations to a conversation, newest first, before the one that `before` names. */
export async function listStored(
  tenant: TenantKey,
  conversationId: string,
  page: { readonly before: string | undefined; readonly limit: number },
): Promise<{ invitations: StoredInvitation[]; more: boolean }> {
  const { Items } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': conversationPartition(tenant, conversationId),
      ':first': PREFIX,
      // The greatest key below the one that was shown last: ids have one length.
      ':last': page.before === undefined ? `${PREFIX}~` : `${sortKeyOf(page.before).slice(0, -1)}`,
    },
    ScanIndexForward: false,
    Limit: page.limit + 1,
  });
  return { invitations: Items.slice(0, page.limit).map(InvitationEntity.fromItem), more: Items.length > page.limit };
}
