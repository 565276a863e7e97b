import { documents, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';
import type { Rules } from '#domain/settings.ts';
import { batchGet } from './batch-get.ts';
import { HeadEntity } from './conversation.ts';
import type { Item, Key, TenantKey } from './entity.ts';
import { ChangeEntity, type ChangeOf, type StoredChange } from './log/change.ts';
import { calmly } from './log/contention.ts';
import { MemberEntity } from './member.ts';
import { ProfileEntity, SettingsVersionEntity, type StoredProfile } from './settings.ts';
import { tableName } from './table-name.ts';

/** A change of a conversation, at one number of its log. */
export interface ConversationChange {
  readonly conversationId: string;
  /** The number the change has taken. */
  readonly seq: number;
  readonly actor: string;
  /** Roles of which the actor must have one, still, when it is written. */
  readonly actorRoles: readonly string[];
  readonly operationId: string;
  readonly hash: string;
  readonly at: number;
  readonly what: ChangeOf;
}

/** Why nothing was written. `seq`: something lies at the number. `stale`: the conversation has changed meanwhile. */
export type NotChanged = 'seq' | 'actor' | 'stale';

/** The log's entry of a change, and the condition that its actor still has one of the roles: first in its transaction. */
export const entryAndActor = (tenant: TenantKey, change: ConversationChange): TransactItem[] => {
  const { conversationId, seq, actor, actorRoles, operationId, hash, at, what } = change;
  const entry: StoredChange = { u: actor, c: operationId, h: hash, a: at, d: what };
  return [
    {
      Put: {
        TableName: tableName(),
        Item: ChangeEntity.toItem(tenant, { conversationId, seq }, entry),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    {
      ConditionCheck: {
        TableName: tableName(),
        Key: MemberEntity.key(tenant, { conversationId, userId: actor }),
        ConditionExpression: `#role IN (${actorRoles.map((_, index) => `:role${index}`).join(', ')})`,
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: Object.fromEntries(actorRoles.map((role, index) => [`:role${index}`, role])),
      },
    },
  ];
};

/** Writes what begins with `entryAndActor`, and what else changes with it; tells what did not hold. */
export async function writeChange(items: readonly TransactItem[]): Promise<'done' | NotChanged>;
export async function writeChange(
  items: readonly TransactItem[],
  parts: readonly TransactItem[],
): Promise<'done' | NotChanged | 'part'>;
export async function writeChange(
  items: readonly TransactItem[],
  parts: readonly TransactItem[] = [],
): Promise<'done' | NotChanged | 'part'> {
  try {
    await calmly(() => documents.transactWrite([...items, ...parts]));
    return 'done';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const failed = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (failed < 0) throw error;
    if (failed >= items.length) return 'part';
    return (['seq', 'actor'] as const)[failed] ?? 'stale';
  }
}

/** What of a profile lists, sends and readings find on the head. */
export interface OnHead {
  readonly name: string | null;
  readonly rules: Rules | undefined;
}

/**
 * AP-149 Change a conversation's profile or settings: profile, version, log entry and what the head shows of them, all or
 * nothing, while the profile is in the version that was changed and the actor has one of the roles. `part`: what was to
 * change with it had.
 */
export async function changeProfile(
  tenant: TenantKey,
  change: ConversationChange,
  profile: StoredProfile,
  { onHead, parts }: { readonly onHead: OnHead | undefined; readonly parts: readonly TransactItem[] },
): Promise<'done' | NotChanged | 'part'> {
  const { conversationId, seq } = change;
  const { version, settings } = profile;
  const put = (Item: Item, condition: string, values: Record<string, unknown> = {}): TransactItem => ({
    Put: {
      TableName: tableName(),
      Item,
      ConditionExpression: condition,
      ...(Object.keys(values).length > 0
        ? { ExpressionAttributeNames: { '#version': 'version' }, ExpressionAttributeValues: values }
        : {}),
    },
  });
  const item = ProfileEntity.toItem(tenant, conversationId, profile);
  const own = [
    ...entryAndActor(tenant, change),
    version === 2
      ? put(item, 'attribute_not_exists(pk)')
      : put(item, '#version = :version', { ':version': version - 1 }),
    put(
      SettingsVersionEntity.toItem(tenant, { conversationId, version }, { settings, seq }),
      'attribute_not_exists(pk)',
    ),
    ...(onHead ? [{ Update: showOnHead(HeadEntity.key(tenant, conversationId), onHead) }] : []),
  ];
  return writeChange(own, parts);
}

const showOnHead = (Key: Key, { name, rules }: OnHead) => {
  const [set, remove] = [
    [...(name === null ? [] : ['#name = :name']), ...(rules ? ['#rules = :rules'] : [])],
    [...(name === null ? ['#name'] : []), ...(rules ? [] : ['#rules'])],
  ];
  const values = { ...(name === null ? {} : { ':name': name }), ...(rules ? { ':rules': rules } : {}) };
  return {
    TableName: tableName(),
    Key: { ...Key },
    UpdateExpression: [
      ...(set.length > 0 ? [`SET ${set.join(', ')}`] : []),
      ...(remove.length > 0 ? [`REMOVE ${remove.join(', ')}`] : []),
    ].join(' '),
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#name': 'name', '#rules': 'rules' },
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
  };
};

/** AP-140 Archive a conversation for everybody, or restore it, with the log's entry. `stale`: it is so already. */
export async function setArchived(
  tenant: TenantKey,
  change: ConversationChange,
  archived: boolean,
): Promise<'done' | NotChanged> {
  return writeChange([
    ...entryAndActor(tenant, change),
    {
      Update: {
        TableName: tableName(),
        Key: HeadEntity.key(tenant, change.conversationId),
        UpdateExpression: archived ? 'SET #archivedAt = :at' : 'REMOVE #archivedAt',
        ConditionExpression: archived ? 'attribute_not_exists(#archivedAt)' : 'attribute_exists(#archivedAt)',
        ExpressionAttributeNames: { '#archivedAt': 'archivedAt' },
        ...(archived ? { ExpressionAttributeValues: { ':at': change.at } } : {}),
      },
    },
  ]);
}

type ChangeOfProfile = StoredChange & { readonly d: Extract<ChangeOf, { readonly after: unknown }> };

/** AP-141 The changes of a conversation's profile and settings at these numbers of its log, by the version they made. */
export async function changesOf(
  tenant: TenantKey,
  conversationId: string,
  numbers: readonly number[],
): Promise<Map<number, ChangeOfProfile>> {
  const keys = numbers.map((seq) => ChangeEntity.key(tenant, { conversationId, seq }));
  const items = await batchGet(keys, { consistent: true });
  const changes = items.map(ChangeEntity.fromItem).filter((change): change is ChangeOfProfile => 'after' in change.d);
  return new Map(changes.map((change) => [change.d.version, change]));
}
