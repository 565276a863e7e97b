import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { latestOf, microsOf, type Quota, quotaOf, type Rate, stepOf } from '#domain/rate-limit.ts';
import { Refusal } from '#domain/refusal.ts';
import { entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** What a bucket counts; each is an item of its own. */
export type Counted = 'messages' | 'reactions' | 'invitations' | 'reports' | 'searches' | 'suggestions';

/** Whose bucket, of what. */
export interface BucketId {
  readonly userId: string;
  readonly counted: Counted;
}

/**
 * How often one user did one thing lately: a single number. Every user has a partition of their own, so that no
 * conversation, however busy, makes one partition hot.
 */
export const RateBucketEntity = entity({
  type: 'rate-bucket',
  schema: z.object({
    /** The theoretical arrival time of the algorithm, microseconds since 1970. */
    t: z.number(),
    [TABLE.ttl]: z.number().optional(),
  }),
  key: (tenant: TenantKey, { userId, counted }: BucketId): Key => ({
    pk: join(tenant, 'R', userId),
    sk: join('RATE', counted),
  }),
});

/** Seconds that an empty bucket is kept: functions' clocks differ. */
const KEPT_SECONDS = 60;
/** Updates of one call. The bucket only grows, so that the second guess is right; the third is for one that TTL took. */
const ROUNDS = 3;
/** Buckets remembered; the oldest go first. */
const MOST = 10_000;

/** What this function last saw in each bucket: a guess at which of the two updates will do. */
const seen = new Map<string, number>();

const remember = (place: string, bucket: number): void => {
  seen.delete(place);
  seen.set(place, bucket);
  if (seen.size > MOST) seen.delete(seen.keys().next().value!);
};

const bucketIn = (item: Item | undefined): number | undefined => item && RateBucketEntity.fromItem(item).t;

/** Whether it was within the rate, and what is left. */
export interface Spent {
  readonly ok: boolean;
  readonly quota: Quota;
}

/**
 * AP-120 Count that a user does something at `at` (milliseconds), if the rate allows: one conditional update. An
 * expression knows no maximum, so there is one update for a bucket that lies in the past and one for a bucket that lies
 * ahead; what was seen last says which, and a wrong guess costs a second. A refusal changes nothing.
 * Raises `service.contended`.
 */
export async function spend(tenant: TenantKey, id: BucketId, rate: Rate, at: number): Promise<Spent> {
  const Key = RateBucketEntity.key(tenant, id);
  const place = `${Key.pk}\n${Key.sk}`;
  const now = microsOf(at);
  const step = stepOf(rate);
  const latest = latestOf(rate, now);
  let known = seen.get(place);
  for (let round = 0; round < ROUNDS; round++) {
    const past = known === undefined || known <= now;
    try {
      const { Attributes } = await documents.update({
        TableName: tableName(),
        Key,
        UpdateExpression: `SET #t = ${past ? ':next' : '#t + :step'}, #entity = :entity, #ttl = :ttl`,
        ConditionExpression: past ? 'attribute_not_exists(#t) OR #t <= :now' : '#t > :now AND #t <= :latest',
        ExpressionAttributeNames: { '#t': 't', '#entity': TABLE.entity, '#ttl': TABLE.ttl },
        ExpressionAttributeValues: {
          ':now': now,
          ':entity': RateBucketEntity.type,
          ':ttl': Math.ceil((latest + step) / 1_000_000) + KEPT_SECONDS,
          ...(past ? { ':next': now + step } : { ':step': step, ':latest': latest }),
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const bucket = past ? now + step : (bucketIn(Attributes) ?? now + step);
      remember(place, bucket);
      return { ok: true, quota: quotaOf(rate, bucket, now) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      known = bucketIn(error.Item);
      if (known === undefined) continue;
      remember(place, known);
      if (known > latest) return { ok: false, quota: quotaOf(rate, known, now) };
    }
  }
  throw new Refusal('service.contended');
}
