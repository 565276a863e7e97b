import * as z from 'zod';
import { documents, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';
import { DEFAULT_RULES, TenantRules as Rules, SETTINGS_SECONDS, type TenantRules } from '#contract/tenant.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import { tableName } from './table-name.ts';

/** Rules as they are stored: a group or field that is younger than the item has its default. */
const StoredRules = z.object({
  limits: Rules.shape.limits.partial().strip().default({}),
  uploads: Rules.shape.uploads.partial().strip().default({}),
  downloads: Rules.shape.downloads.partial().strip().default({}),
  content: Rules.shape.content.partial().strip().default({}),
  retention: Rules.shape.retention.partial().strip().default({}),
  changing: Rules.shape.changing.partial().strip().default({}),
  features: Rules.shape.features.partial().strip().default({}),
  search: Rules.shape.search.partial().strip().default({}),
});

const complete = (stored: z.output<typeof StoredRules>): TenantRules => ({
  limits: { ...DEFAULT_RULES.limits, ...stored.limits },
  uploads: { ...DEFAULT_RULES.uploads, ...stored.uploads },
  downloads: { ...DEFAULT_RULES.downloads, ...stored.downloads },
  content: { ...DEFAULT_RULES.content, ...stored.content },
  retention: { ...DEFAULT_RULES.retention, ...stored.retention },
  changing: { ...DEFAULT_RULES.changing, ...stored.changing },
  features: { ...DEFAULT_RULES.features, ...stored.features },
  search: { ...DEFAULT_RULES.search, ...stored.search },
});

/** A tenant's settings. */
const Settings = z.object({
  rules: StoredRules.transform(complete),
  version: z.number(),
  at: z.number(),
  by: z.string(),
});

/** One change of them, kept for ever; its number is the version it made. */
const Change = Settings.extend({ before: StoredRules.transform(complete) });

const partition = (tenant: TenantKey): string => join(tenant, 'TENANT');
const CHANGE = 'V#';

export const TenantSettingsEntity = entity({
  type: 'tenant-settings',
  schema: Settings,
  key: (tenant: TenantKey, _: undefined): Key => ({ pk: partition(tenant), sk: 'SETTINGS' }),
});

export const TenantChangeEntity = entity({
  type: 'tenant-change',
  schema: Change,
  key: (tenant: TenantKey, version: number): Key => ({ pk: partition(tenant), sk: `${CHANGE}${digits(version)}` }),
});

/** Settings with their version; the defaults are version 1, by nobody. */
export interface StoredSettings {
  readonly rules: TenantRules;
  readonly version: number;
  readonly at: number | undefined;
  readonly by: string | undefined;
}

/** AP-121 The settings of a tenant, consistently. */
export async function findSettings(tenant: TenantKey): Promise<StoredSettings> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: TenantSettingsEntity.key(tenant, undefined),
    ConsistentRead: true,
  });
  return Item
    ? TenantSettingsEntity.fromItem(Item)
    : { rules: DEFAULT_RULES, version: 1, at: undefined, by: undefined };
}

/** Tenants whose settings a function remembers; the oldest go first. */
const MOST = 1_000;
const remembered = new Map<string, { readonly until: number; readonly rules: Promise<TenantRules> }>();

/**
 * The rules of a tenant as they were at most `SETTINGS_SECONDS` before `at` (milliseconds): for whoever goes by them,
 * not for whoever changes them.
 */
export function rulesOf(tenant: TenantKey, at: number): Promise<TenantRules> {
  const place = `${tableName()}\n${tenant}`;
  const known = remembered.get(place);
  if (known && at < known.until) return known.rules;
  const rules = findSettings(tenant).then((found) => found.rules);
  remembered.delete(place);
  remembered.set(place, { until: at + SETTINGS_SECONDS * 1_000, rules });
  if (remembered.size > MOST) remembered.delete(remembered.keys().next().value!);
  // What could not be read is asked for again by the next.
  rules.catch(() => remembered.delete(place));
  return rules;
}

/** A change about to be stored: on top of `version`. */
export interface SettingsChange {
  readonly version: number;
  readonly before: TenantRules;
  readonly after: TenantRules;
  readonly by: string;
  readonly at: number;
  /** What else changes with them: links of the pictures that come and go. */
  readonly parts?: readonly TransactItem[];
}

/**
 * AP-122 Store a change of the settings and its place in the history, both or neither, if `version` is still the last.
 * `stale`: it is not; `part`: what was to change with it had.
 */
export async function storeSettings(
  tenant: TenantKey,
  change: SettingsChange,
): Promise<StoredSettings | 'stale' | 'part'> {
  const { before, after, by, at, parts = [] } = change;
  const stored = { rules: after, version: change.version + 1, by, at };
  const TableName = tableName();
  const Item = TenantSettingsEntity.toItem(tenant, undefined, stored);
  try {
    await calmly(() =>
      documents.transactWrite([
        {
          Put:
            change.version === 1
              ? { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }
              : {
                  TableName,
                  Item,
                  ConditionExpression: '#version = :version',
                  ExpressionAttributeNames: { '#version': 'version' },
                  ExpressionAttributeValues: { ':version': change.version },
                },
        },
        { Put: { TableName, Item: TenantChangeEntity.toItem(tenant, stored.version, { ...stored, before }) } },
        ...parts,
      ]),
    );
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const failed = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (failed < 0) throw error;
    return failed === 0 ? 'stale' : 'part';
  }
  remembered.delete(`${tableName()}\n${tenant}`);
  return stored;
}

/** AP-123 Changes of a tenant's settings before a version, newest first. */
export async function listSettingsChanges(
  tenant: TenantKey,
  page: { readonly before: number | undefined; readonly limit: number },
): Promise<{ changes: z.output<typeof Change>[]; more: boolean }> {
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': partition(tenant),
      ':first': CHANGE,
      ':last': page.before === undefined ? `${CHANGE}~` : `${CHANGE}${digits(page.before - 1)}`,
    },
    ScanIndexForward: false,
    Limit: page.limit + 1,
  });
  return { changes: Items.slice(0, page.limit).map(TenantChangeEntity.fromItem), more: Items.length > page.limit };
}
