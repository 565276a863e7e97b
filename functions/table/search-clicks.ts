import * as z from 'zod';
import { documents, TransactionCanceledException } from '#aws/documents.ts';
import { dayOf, positionClass } from '#domain/search/figures.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import { TABLE } from './schema.ts';
import { addTo } from './search-stats.ts';
import { tableName } from './table-name.ts';

/** Hits of one search that may be clicked on; what comes after is not counted. */
const MOST_CLICKS = 50;
/** Parts that a day's clicks are counted in: transactions on one item are in each other's way. */
const PARTS = 8;

/** Which hits of a search were clicked on: each counts once. */
export const SearchClicksEntity = entity({
  type: 'search-clicks',
  schema: z.object({ m: z.set(z.string()), [TABLE.ttl]: z.number() }),
  key: (tenant: TenantKey, token: string): Key => ({ pk: join(tenant, 'SC', token), sk: 'CLICKS' }),
});

/** A click on a hit of a search that was made at `at` (ms) and whose hits may be clicked on until `until` (ms). */
export interface Click {
  readonly token: string;
  readonly at: number;
  readonly until: number;
  readonly messageId: string;
  /** From 1. */
  readonly position: number;
}

/** AP-683 Count a click, both the hit and the day's figures or neither; false when the hit was clicked on before, or too many were. */
export async function countClick(tenant: TenantKey, click: Click): Promise<boolean> {
  const { token, at, until, messageId, position } = click;
  const part = Buffer.from(token).reduce((sum, byte) => sum + byte, 0) % PARTS;
  try {
    await calmly(() =>
      documents.transactWrite([
        {
          Update: {
            TableName: tableName(),
            Key: SearchClicksEntity.key(tenant, token),
            UpdateExpression: 'SET #type = :type, #ttl = :ttl ADD #m :one',
            ConditionExpression: 'attribute_not_exists(#m) OR (NOT contains(#m, :id) AND size(#m) < :most)',
            ExpressionAttributeNames: { '#type': TABLE.entity, '#ttl': TABLE.ttl, '#m': 'm' },
            ExpressionAttributeValues: {
              ':type': SearchClicksEntity.type,
              ':ttl': Math.ceil(until / 1_000),
              ':one': new Set([messageId]),
              ':id': messageId,
              ':most': MOST_CLICKS,
            },
          },
        },
        {
          Update: addTo(
            tenant,
            { day: dayOf(at), place: join('CLICKS', String(part)) },
            { c: 1, [`p${positionClass(position)}`]: 1 },
          ),
        },
      ]),
    );
    return true;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    if (!error.CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) throw error;
    return false;
  }
}
