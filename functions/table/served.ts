import * as z from 'zod';
import { documents, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';
import { dayOf } from '#domain/bandwidth.ts';
import { correctionOf, type Fetched } from '#domain/cdn-log.ts';
import { type AccountId, BandwidthEntity } from './bandwidth.ts';
import { batchGet } from './batch-get.ts';
import { digestOf } from './digest.ts';
import { DownloadEntity, type StoredDownload } from './download.ts';
import { digits, entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** A part of a log that was read: which object, which of its parts. */
export interface LogPartId {
  readonly object: string;
  readonly part: number;
}

/** Days for which it is known that a log was read. S3 repeats an event within hours. */
const KNOWN_DAYS = 30;

/** That a part of a log of the CDN was applied. */
export const LogPartEntity = entity({
  type: 'cdn-log-part',
  schema: z.object({ [TABLE.ttl]: z.number() }),
  key: (tenant: TenantKey, { object, part }: LogPartId): Key => ({
    pk: join(tenant, 'CDN', digestOf(object)),
    sk: join('PART', digits(part)),
  }),
});

/** Addresses that one transaction corrects: with an account of its own for each, half of what DynamoDB takes. */
export const PART = 25;
/** Attempts, when the downloads change meanwhile: other logs speak of them too. */
const ROUNDS = 8;

interface Correction {
  readonly fetched: Fetched;
  readonly download: StoredDownload;
  readonly by: number;
}

const placeOf = ({ pk, sk }: Item): string => `${pk}\n${sk}`;

/** What a log says of downloads that are still known. */
async function correctionsOf(tenant: TenantKey, part: readonly Fetched[]): Promise<Correction[]> {
  const items = await batchGet(
    part.map((fetched) => DownloadEntity.key(tenant, fetched)),
    { consistent: true },
  );
  const byPlace = new Map(items.map((item) => [placeOf(item), DownloadEntity.fromItem(item)]));
  return part.flatMap((fetched) => {
    const { pk, sk } = DownloadEntity.key(tenant, fetched);
    const download = byPlace.get(placeOf({ pk, sk }));
    return download ? [{ fetched, download, by: correctionOf(download.bytes, download.served, fetched.bytes) }] : [];
  });
}

const ofDownload = (tenant: TenantKey, { fetched, download: { served } }: Correction): TransactItem => ({
  Update: {
    TableName: tableName(),
    Key: { ...DownloadEntity.key(tenant, fetched) },
    UpdateExpression: 'SET #served = :served',
    ConditionExpression: `attribute_exists(pk) AND ${served === undefined ? 'attribute_not_exists(#served)' : '#served = :before'}`,
    ExpressionAttributeNames: { '#served': 'served' },
    ExpressionAttributeValues: {
      ':served': (served ?? 0) + fetched.bytes,
      ...(served === undefined ? {} : { ':before': served }),
    },
  },
});

/** Corrections of the accounts that are still there: of each user on each day, and of the tenant. */
async function ofAccounts(tenant: TenantKey, corrections: readonly Correction[]): Promise<TransactItem[]> {
  const sums = new Map<string, { readonly id: AccountId; by: number; served: number }>();
  for (const { fetched, download, by } of corrections) {
    const day = dayOf(download.at);
    for (const id of [{ userId: download.userId, day }, { day }] satisfies AccountId[]) {
      const place = placeOf({ ...BandwidthEntity.key(tenant, id) });
      const sum = sums.get(place) ?? { id, by: 0, served: 0 };
      sums.set(place, { id, by: sum.by + by, served: sum.served + fetched.bytes });
    }
  }
  const keys = [...sums.values()].map(({ id }) => BandwidthEntity.key(tenant, id));
  const known = new Set((await batchGet(keys, { consistent: true })).map(placeOf));
  return [...sums].flatMap(([place, { id, by, served }]) =>
    known.has(place)
      ? [
          {
            Update: {
              TableName: tableName(),
              Key: { ...BandwidthEntity.key(tenant, id) },
              UpdateExpression: 'ADD #bytes :by, #served :served',
              ConditionExpression: 'attribute_exists(pk)',
              ExpressionAttributeNames: { '#bytes': 'bytes', '#served': 'served' },
              ExpressionAttributeValues: { ':by': by, ':served': served },
            },
          },
        ]
      : [],
  );
}

/**
 * AP-564 Correct downloads and the accounts that paid for them by a part of a log (at most `PART` addresses of one tenant), once however often
 * it is read: that it was is written in the same transaction. False when it was applied before.
 */
export async function applyServed(
  tenant: TenantKey,
  id: LogPartId,
  part: readonly Fetched[],
  at: number,
): Promise<boolean> {
  const exp = Math.ceil(at / 1_000) + KNOWN_DAYS * 86_400;
  for (let round = 1; ; round++) {
    const corrections = await correctionsOf(tenant, part);
    try {
      await documents.transactWrite([
        {
          Put: {
            TableName: tableName(),
            Item: LogPartEntity.toItem(tenant, id, { [TABLE.ttl]: exp }),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        ...corrections.map((correction) => ofDownload(tenant, correction)),
        ...(await ofAccounts(tenant, corrections)),
      ]);
      return true;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      if (error.CancellationReasons[0]?.Code === 'ConditionalCheckFailed') return false;
      if (round === ROUNDS) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** round));
    }
  }
}
