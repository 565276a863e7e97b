import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import type { ConversationDetails } from '#contract/conversations.ts';
import { ConversationSettings, DEFAULT_SETTINGS } from '#contract/settings.ts';
import type { Profile } from '#domain/settings.ts';
import { type Sight, sightOf } from '#domain/visibility.ts';
import { batchGet } from './batch-get.ts';
import { conversationPartition, type Head, HeadEntity, toConversation } from './conversation.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { type Member, MemberEntity } from './member.ts';
import { tableName } from './table-name.ts';
import { rulesOf as tenantRulesOf } from './tenant-settings.ts';

/** Settings as they are stored: a field that is younger than the item has its default. */
const StoredSettings = z
  .object(ConversationSettings.shape)
  .extend({ thresholds: z.object(ConversationSettings.shape.thresholds.shape).partial() })
  .partial()
  .transform((stored): ConversationSettings => {
    const { thresholds, ...fields } = stored;
    return {
      ...DEFAULT_SETTINGS,
      ...(fields as Partial<ConversationSettings>),
      thresholds: { ...DEFAULT_SETTINGS.thresholds, ...thresholds } as ConversationSettings['thresholds'],
    };
  });

/** What is kept about a conversation; its version counts changes from 1, which no item holds: the defaults. */
export const StoredProfile = z.object({
  name: z.string().nullable(),
  description: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  settings: StoredSettings,
  version: z.number(),
});
export type StoredProfile = z.output<typeof StoredProfile>;

export const ProfileEntity = entity({
  type: 'settings',
  schema: StoredProfile,
  key: (tenant: TenantKey, conversationId: string): Key => ({
    pk: conversationPartition(tenant, conversationId),
    sk: 'SETTINGS',
  }),
});

/** The settings in one version, and the number of the log entry that tells who made it and what it changed. */
export const SettingsVersionEntity = entity({
  type: 'settings-version',
  schema: z.object({ settings: StoredSettings, seq: z.number() }),
  key: (tenant: TenantKey, id: { readonly conversationId: string; readonly version: number }): Key => ({
    pk: conversationPartition(tenant, id.conversationId),
    sk: join('V', digits(id.version)),
  }),
});

/** A conversation for one of its members, with all that is kept about it. */
export interface Room {
  readonly head: Head;
  readonly member: Member;
  readonly profile: StoredProfile;
  readonly sight: Sight;
}

/** AP-145 A conversation's head, one user's membership and the profile, consistently, in one call; undefined for an outsider. */
export async function findRoom(
  tenant: TenantKey,
  conversationId: string,
  userId: string,
  at: number,
): Promise<Room | undefined> {
  const { retention } = await tenantRulesOf(tenant, at);
  const items = await batchGet(
    [
      HeadEntity.key(tenant, conversationId),
      MemberEntity.key(tenant, { conversationId, userId }),
      ProfileEntity.key(tenant, conversationId),
    ],
    { consistent: true },
  );
  const of = (type: string) => items.find(({ ty }) => ty === type);
  const [head, member, profile] = [of(HeadEntity.type), of(MemberEntity.type), of(ProfileEntity.type)];
  if (!head || !member) return undefined;
  const [parsed, membership] = [HeadEntity.fromItem(head), MemberEntity.fromItem(member)];
  return {
    head: parsed,
    member: membership,
    sight: sightOf(parsed, membership, retention, at),
    profile: profile ? ProfileEntity.fromItem(profile) : { ...profileOf(parsed), version: 1 },
  };
}

/** A conversation with all that is kept about it, as the API shows it. */
export const toDetails = (conversationId: string, { head, member, profile, sight }: Room): ConversationDetails => {
  const { name, description, metadata, settings: conversationSettings, version } = profile;
  const shown = toConversation(conversationId, head, member.role, sight);
  return { ...shown, name, description, metadata, conversationSettings, version };
};

/** What is kept about a conversation that nobody changed. */
const profileOf = ({ name }: Head): Profile => ({
  name: name ?? null,
  description: null,
  metadata: {},
  settings: DEFAULT_SETTINGS,
});

/** AP-146 Versions of a conversation's settings before a version, newest first. Version 1 is the defaults and not among them. */
export async function listVersions(
  tenant: TenantKey,
  conversationId: string,
  page: { readonly before: number | undefined; readonly limit: number },
): Promise<{ versions: { version: number; seq: number; settings: ConversationSettings }[]; more: boolean }> {
  const { Items, LastEvaluatedKey } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': conversationPartition(tenant, conversationId),
      ':first': 'V#',
      ':last': page.before === undefined ? 'V#~' : join('V', digits(page.before - 1)),
    },
    ScanIndexForward: false,
    Limit: page.limit,
  });
  return {
    versions: Items.map((item) => ({
      version: Number(String(item.sk).slice(2)),
      ...SettingsVersionEntity.fromItem(item),
    })),
    more: LastEvaluatedKey !== undefined,
  };
}

/** AP-147 The settings in one version; undefined when there never was one. */
export async function findVersion(
  tenant: TenantKey,
  conversationId: string,
  version: number,
): Promise<ConversationSettings | undefined> {
  if (version === 1) return DEFAULT_SETTINGS;
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: SettingsVersionEntity.key(tenant, { conversationId, version }),
    ConsistentRead: true,
  });
  return Item && SettingsVersionEntity.fromItem(Item).settings;
}

/** When a member last sent something while slow mode was on. Beside the membership, whose every write the index repeats. */
export const LastSentEntity = entity({
  type: 'last-sent',
  schema: z.object({ at: z.number(), clientId: z.string(), exp: z.number() }),
  key: (tenant: TenantKey, id: { readonly conversationId: string; readonly userId: string }): Key => ({
    pk: conversationPartition(tenant, id.conversationId),
    sk: join('TURN', id.userId),
  }),
});

/**
 * AP-148 Let a member send in slow mode: one conditional update, so that of several at once one goes through. The same
 * client id goes through again. Answers the milliseconds to wait, 0 when they may send.
 */
export async function takeTurn(
  tenant: TenantKey,
  turn: {
    readonly conversationId: string;
    readonly userId: string;
    readonly clientId: string;
    readonly at: number;
    readonly slowSeconds: number;
  },
): Promise<number> {
  const { clientId, at } = turn;
  const wait = turn.slowSeconds * 1_000;
  try {
    await documents.update({
      TableName: tableName(),
      Key: LastSentEntity.key(tenant, turn),
      UpdateExpression: 'SET #at = :at, #clientId = :clientId, #exp = :exp, #type = :type',
      ConditionExpression: 'attribute_not_exists(#at) OR #at <= :due OR #clientId = :clientId',
      ExpressionAttributeNames: { '#at': 'at', '#clientId': 'clientId', '#exp': 'exp', '#type': 'ty' },
      ExpressionAttributeValues: {
        ':at': at,
        ':clientId': clientId,
        ':due': at - wait,
        // The longest slow mode there is may be set at any time.
        ':exp': Math.ceil((at + 2 * 21_600_000) / 1_000),
        ':type': LastSentEntity.type,
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return 0;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return Math.max(1, error.Item ? LastSentEntity.fromItem(error.Item).at + wait - at : wait);
  }
}
