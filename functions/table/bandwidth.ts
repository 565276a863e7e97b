import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { type Account, type Charge, charged, dayOf } from '#domain/bandwidth.ts';
import { Refusal } from '#domain/refusal.ts';
import { entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Whose account, of which day (UTC, `2026-11-21`); without a user, the tenant's own. */
export interface AccountId {
  readonly userId?: string | undefined;
  readonly day: string;
}

const StoredAccount = z.object({
  day: z.string(),
  /** Bytes that were spent, and addresses they were spent on. */
  bytes: z.number().default(0),
  downloads: z.number().default(0),
  /** When it is paid off at the pace of the rate, microseconds since 1970. */
  paid: z.number().optional(),
  /** Bytes that the logs of the CDN have said. */
  served: z.number().default(0),
  [TABLE.ttl]: z.number().optional(),
});

/** What a user, or a tenant, fetched of media on one day. A tenant's days lie beside each other, to be added up. */
export const BandwidthEntity = entity({
  type: 'bandwidth',
  schema: StoredAccount,
  key: (tenant: TenantKey, { userId, day }: AccountId): Key =>
    userId === undefined
      ? { pk: join(tenant, 'BYTES'), sk: day }
      : { pk: join(tenant, 'R', userId), sk: join('BYTES', day) },
});

/** Days that an account is kept: a user's until the logs of its day are all there, a tenant's to look back on. */
const KEPT_DAYS = { user: 4, tenant: 730 } as const;

/** When the account of a day goes, epoch seconds. */
export const accountExpiry = ({ userId, day }: AccountId): number =>
  Date.parse(day) / 1_000 + KEPT_DAYS[userId === undefined ? 'tenant' : 'user'] * 86_400;

/** Updates of one call: a guess that was wrong is right the next time. */
const ROUNDS = 4;
/** Accounts remembered; the oldest go first. */
const MOST = 10_000;

/** What this function last saw of when each account is paid off: a guess at which of the two updates will do. */
const seen = new Map<string, number>();

const remember = (place: string, paid: number | undefined): void => {
  seen.delete(place);
  if (paid !== undefined) seen.set(place, paid);
  if (seen.size > MOST) seen.delete(seen.keys().next().value!);
};

const accountIn = (item: Item | undefined): Account => {
  const stored = item && BandwidthEntity.fromItem(item);
  return { bytes: stored?.bytes ?? 0, paid: stored?.paid };
};

/** Whether the charge was made, and the account after it; or as it is, where it was not. */
export interface Spent {
  readonly ok: boolean;
  readonly account: Account;
}

/**
 * AP-555 Charge a user or a tenant for `downloads` addresses, if the budget allows: one conditional update, so that it is kept to the byte
 * however many ask at once. An expression knows no maximum: an account that is paid off and one that is not have an update
 * each, as rate buckets do. Raises `service.contended`.
 */
export async function spendBytes(tenant: TenantKey, id: AccountId, charge: Charge, downloads: number): Promise<Spent> {
  const { bytes, mostBytes, rate } = charge;
  const Key = BandwidthEntity.key(tenant, id);
  const place = `${Key.pk}\n${Key.sk}`;
  for (let round = 0; round < ROUNDS; round++) {
    const isPaid = rate === undefined || (seen.get(place) ?? 0) <= rate.now;
    const room =
      mostBytes === undefined
        ? []
        : [mostBytes < 0 ? '#bytes <= :most' : '(attribute_not_exists(#bytes) OR #bytes <= :most)'];
    const pace =
      rate === undefined
        ? []
        : [isPaid ? '(attribute_not_exists(#paid) OR #paid <= :now)' : '(#paid > :now AND #paid <= :latest)'];
    const conditions = [...room, ...pace];
    try {
      const { Attributes } = await documents.update({
        TableName: tableName(),
        Key,
        UpdateExpression: `SET #ty = :ty, #day = :day, #ttl = :ttl${rate ? `, #paid = ${isPaid ? ':next' : '#paid + :takes'}` : ''} ADD #bytes :bytes, #downloads :downloads`,
        ...(conditions.length > 0 ? { ConditionExpression: conditions.join(' AND ') } : {}),
        ExpressionAttributeNames: {
          '#ty': TABLE.entity,
          '#day': 'day',
          '#ttl': TABLE.ttl,
          '#bytes': 'bytes',
          '#downloads': 'downloads',
          ...(rate ? { '#paid': 'paid' } : {}),
        },
        ExpressionAttributeValues: {
          ':ty': BandwidthEntity.type,
          ':day': id.day,
          ':ttl': accountExpiry(id),
          ':bytes': bytes,
          ':downloads': downloads,
          ...(mostBytes === undefined ? {} : { ':most': mostBytes }),
          ...(rate ? { ':now': rate.now } : {}),
          ...(rate && isPaid ? { ':next': rate.now + rate.takes } : {}),
          ...(rate && !isPaid ? { ':takes': rate.takes, ':latest': rate.latestPaid } : {}),
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const account = accountIn(Attributes);
      remember(place, account.paid);
      return { ok: true, account };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const account = accountIn(error.Item);
      remember(place, account.paid);
      if (!charged(account, charge)) return { ok: false, account };
    }
  }
  throw new Refusal('service.contended');
}

/** AP-556 Give back what `spendBytes` took for something that came to nothing. */
export async function giveBack(
  tenant: TenantKey,
  id: AccountId,
  { bytes, rate }: Charge,
  downloads: number,
): Promise<void> {
  await documents.update({
    TableName: tableName(),
    Key: BandwidthEntity.key(tenant, id),
    UpdateExpression: `${rate ? 'SET #paid = #paid - :takes ' : ''}ADD #bytes :bytes, #downloads :downloads`,
    ExpressionAttributeNames: { '#bytes': 'bytes', '#downloads': 'downloads', ...(rate ? { '#paid': 'paid' } : {}) },
    ExpressionAttributeValues: {
      ':bytes': -bytes,
      ':downloads': -downloads,
      ...(rate ? { ':takes': rate.takes } : {}),
    },
  });
}

/** AP-557 The days of a tenant from one to another, both included, oldest first. */
export async function accountsOf(
  tenant: TenantKey,
  from: string,
  to: string,
): Promise<z.output<typeof StoredAccount>[]> {
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': BandwidthEntity.key(tenant, { day: from }).pk, ':from': from, ':to': to },
  });
  return Items.map(BandwidthEntity.fromItem);
}

/** The account of a day that `at` (ms) lies in. */
export const accountAt = (at: number, userId?: string): AccountId => ({ userId, day: dayOf(at) });
