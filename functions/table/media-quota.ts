import * as z from 'zod';
import { ConditionalCheckFailedException, documents, type TransactItem } from '#aws/documents.ts';
import {
  atHour,
  type Counter,
  emptyCounter,
  excessOf,
  type MediaLimits,
  pastHours,
  reserved,
  type Step,
} from '#domain/media-quota.ts';
import { Refusal } from '#domain/refusal.ts';
import { batchGet } from './batch-get.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { ownPartition } from './own.ts';
import { tableName } from './table-name.ts';

/** Bytes of media: those of a user, or, without one, of the whole tenant. */
export const MediaCounterEntity = entity({
  type: 'media-counter',
  schema: z.object({
    held: z.number(),
    used: z.number(),
    pending: z.number(),
    hour: z.number(),
    day: z.number(),
    hours: z.record(z.string(), z.number()),
  }),
  key: (tenant: TenantKey, userId: string | undefined): Key =>
    userId === undefined
      ? { pk: join(tenant, 'TENANT'), sk: 'MEDIA' }
      : { pk: ownPartition(tenant, userId), sk: 'MEDIA' },
});

/** What holds for a user, and for the tenant. */
export interface Limits {
  readonly user: MediaLimits;
  readonly tenant: MediaLimits;
}

/** Whose bytes they are, and how many. */
export interface Held {
  readonly ownerId: string;
  readonly bytes: number;
}

const NAMES = ['held', 'used', 'pending', 'day', 'hour', 'hours'] as const;
const named = (names: readonly (typeof NAMES)[number][]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`#${name}`, name]));

/** A step of one counter. Where the day's part of it is in an hour that counts no more, the condition does not hold. */
const stepItem = (tenant: TenantKey, userId: string | undefined, step: Step, hour: number): TransactItem => {
  const inDay = step.day !== 0;
  return {
    Update: {
      TableName: tableName(),
      Key: MediaCounterEntity.key(tenant, userId),
      UpdateExpression: `SET #held = #held + :held, #used = #used + :used, #pending = #pending + :pending${inDay ? ', #day = #day + :day, #hours.#h = #hours.#h + :day' : ''}`,
      ...(inDay ? { ConditionExpression: 'attribute_exists(#hours.#h)' } : {}),
      ExpressionAttributeNames: {
        ...named(['held', 'used', 'pending', ...(inDay ? (['day', 'hours'] as const) : [])]),
        ...(inDay ? { '#h': String(hour) } : {}),
      },
      ExpressionAttributeValues: {
        ':held': step.held,
        ':used': step.used,
        ':pending': step.pending,
        ...(inDay ? { ':day': step.day } : {}),
      },
    },
  };
};

/** A step of the owner's counter and of the tenant's; `day` says for which of them the day has a part in it. */
export const stepItems = (
  tenant: TenantKey,
  { ownerId }: Held,
  step: Step,
  hour: number,
  day: readonly [user: boolean, tenant: boolean] = [true, true],
): TransactItem[] =>
  [ownerId, undefined].map((userId, index) => stepItem(tenant, userId, day[index] ? step : { ...step, day: 0 }, hour));

/** Room for bytes in one counter, on condition that no limit is passed: said in full, so that no reading before can be stale. */
const reserveItem = (
  tenant: TenantKey,
  userId: string | undefined,
  bytes: number,
  limits: MediaLimits,
  hour: number,
): TransactItem => {
  const step = reserved(bytes);
  const room = {
    ':heldRoom': limits.bytes === null ? undefined : limits.bytes - bytes,
    ':dayRoom': limits.bytesPerDay === null ? undefined : limits.bytesPerDay - bytes,
    ':most': limits.pending ?? undefined,
  };
  return {
    Update: {
      TableName: tableName(),
      Key: MediaCounterEntity.key(tenant, userId),
      UpdateExpression:
        'SET #held = #held + :bytes, #pending = #pending + :one, #day = #day + :bytes, #hours.#h = if_not_exists(#hours.#h, :zero) + :bytes',
      ConditionExpression: [
        '#hour = :hour',
        ...(room[':heldRoom'] === undefined ? [] : ['#held <= :heldRoom']),
        ...(room[':dayRoom'] === undefined ? [] : ['#day <= :dayRoom']),
        ...(room[':most'] === undefined ? [] : ['#pending < :most']),
      ].join(' AND '),
      ExpressionAttributeNames: { ...named(['held', 'pending', 'day', 'hour', 'hours']), '#h': String(hour) },
      ExpressionAttributeValues: {
        ':bytes': step.day,
        ':one': step.pending,
        ':zero': 0,
        ':hour': hour,
        ...Object.fromEntries(Object.entries(room).filter(([, value]) => value !== undefined)),
      },
    },
  };
};

/** AP-530 Reserve bytes for an upload, with the owner and with the tenant, in the transaction that writes it. */
export const reserveItems = (
  tenant: TenantKey,
  { ownerId, bytes }: Held,
  limits: Limits,
  hour: number,
): TransactItem[] => [
  reserveItem(tenant, ownerId, bytes, limits.user, hour),
  reserveItem(tenant, undefined, bytes, limits.tenant, hour),
];

/** AP-531 The counters of a user and of the tenant, consistently; undefined for one that was never written. */
export async function findCounters(
  tenant: TenantKey,
  userId: string,
): Promise<readonly [user: Counter | undefined, tenant: Counter | undefined]> {
  const keys = [userId, undefined].map((id) => MediaCounterEntity.key(tenant, id));
  const items = await batchGet(keys, { consistent: true });
  const [user, all] = keys.map((key) => items.find((item) => item.pk === key.pk && item.sk === key.sk));
  return [user && MediaCounterEntity.fromItem(user), all && MediaCounterEntity.fromItem(all)];
}

const unlessOther = async (write: Promise<unknown>): Promise<void> => {
  try {
    await write;
  } catch (error) {
    // Somebody else did it first: whoever comes looks again.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
};

/** AP-532 Write a first counter. */
const writeCounter = (tenant: TenantKey, userId: string | undefined, hour: number): Promise<void> =>
  unlessOther(
    documents.put({
      TableName: tableName(),
      Item: MediaCounterEntity.toItem(tenant, userId, emptyCounter(hour)),
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );

/** AP-533 Take the hours out of a counter that count no more, exactly as they were read. */
const advanceCounter = (
  tenant: TenantKey,
  userId: string | undefined,
  before: Counter,
  hour: number,
): Promise<void> => {
  const past = pastHours(before, hour);
  return unlessOther(
    documents.update({
      TableName: tableName(),
      Key: MediaCounterEntity.key(tenant, userId),
      UpdateExpression: `SET #hour = :hour, #day = #day - :past${past.length > 0 ? ` REMOVE ${past.map((_, index) => `#hours.#p${index}`).join(', ')}` : ''}`,
      ConditionExpression: ['#hour = :before', ...past.map((_, index) => `#hours.#p${index} = :p${index}`)].join(
        ' AND ',
      ),
      ExpressionAttributeNames: {
        ...named(['hour', 'day', ...(past.length > 0 ? (['hours'] as const) : [])]),
        ...Object.fromEntries(past.map((each, index) => [`#p${index}`, each])),
      },
      ExpressionAttributeValues: {
        ':hour': hour,
        ':before': before.hour,
        ':past': before.day - atHour(before, hour).day,
        ...Object.fromEntries(past.map((each, index) => [`:p${index}`, before.hours[each]])),
      },
    }),
  );
};

/**
 * After bytes were not reserved: makes counters that are missing or behind ready for another try and answers the hour to try with. Raises
 * `media.quota_exceeded` and `media.too_many_pending` when a limit is what is in the way.
 */
export async function readyCounters(
  tenant: TenantKey,
  { ownerId, bytes }: Held,
  limits: Limits,
  now: number,
): Promise<number> {
  const found = await findCounters(tenant, ownerId);
  const hour = Math.max(now, ...found.map((counter) => counter?.hour ?? 0));
  for (const [index, userId] of [ownerId, undefined].entries()) {
    const counter = found[index];
    const present = counter ? atHour(counter, hour) : emptyCounter(hour);
    const whose = index === 0 ? 'user' : 'tenant';
    const excess = excessOf(present, bytes, limits[whose]);
    if (excess?.of === 'pending') throw new Refusal('media.too_many_pending', { most: excess.limit });
    if (excess)
      throw new Refusal('media.quota_exceeded', {
        of: whose,
        per: excess.of === 'day' ? 'day' : null,
        limit: excess.limit,
        used: excess.of === 'day' ? present.day : present.used,
        reserved: excess.of === 'day' ? 0 : present.held - present.used,
        resetsAt: excess.resetsAt === undefined ? null : new Date(excess.resetsAt).toISOString(),
      });
    if (!counter) await writeCounter(tenant, userId, hour);
    else if (counter.hour < hour) await advanceCounter(tenant, userId, counter, hour);
  }
  return hour;
}
