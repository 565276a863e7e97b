import { createHash } from 'node:crypto';
import * as z from 'zod';
import { documents, type TransactItem } from '#aws/documents.ts';
import { digits, join, type Key, SYSTEM, scope, type TenantKey, tenantIdOf } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Parts of the due list: what falls due in the same second is spread over them. */
export const DUE_PARTS = 4;

/** That something of a user's falls due at a time (ms). Which it is, and whether it still is, its own item says. */
export interface Due {
  readonly tenant: TenantKey;
  readonly userId: string;
  readonly id: string;
  readonly at: number;
}

/**
 * No tenant owns the due list (ADR 0010): it says where to look, and nothing else. Its keys begin
 * with `SYSTEM`, which no tenant's key does, and name the tenant behind the time.
 */
const DueItem = z.object({ tenantId: z.string(), userId: z.string(), id: z.string(), at: z.number() });

/** Scheduled messages that are to be sent, or media of which something may have to go. */
export type DueList = 'DUE' | 'MEDIA';

const partition = (list: DueList, part: number): string => join(SYSTEM, list, String(part));

const keyOf = ({ tenant, userId, id, at }: Due, list: DueList): Key => ({
  pk: partition(list, createHash('sha256').update(`${tenant}\n${userId}\n${id}`).digest()[0]! % DUE_PARTS),
  sk: join(digits(at), tenantIdOf(tenant), userId, id),
});

/** Puts something on the due list. */
export const putDue = (due: Due, list: DueList = 'DUE'): TransactItem => {
  const { tenant, userId, id, at } = due;
  return {
    Put: {
      TableName: tableName(),
      Item: { ...keyOf(due, list), [TABLE.entity]: 'due', tenantId: tenantIdOf(tenant), userId, id, at },
    },
  };
};

/** Takes something off the due list. */
export const deleteDue = (due: Due, list: DueList = 'DUE'): TransactItem => ({
  Delete: { TableName: tableName(), Key: { ...keyOf(due, list) } },
});

/** AP-217 Take off the due list what nothing more becomes of. */
export const dropDue = (due: Due, list: DueList = 'DUE'): Promise<void> =>
  documents.delete({ TableName: tableName(), Key: { ...keyOf(due, list) } });

/** AP-592 Put something on the due list by itself. */
export const dueNow = (due: Due, list: DueList): Promise<void> => documents.transactWrite([putDue(due, list)]);

/** AP-584 Put off what is on the due list to a later time (ms). */
export const moveDue = (due: Due, at: number, list: DueList): Promise<void> =>
  documents.transactWrite([putDue({ ...due, at }, list), deleteDue(due, list)]);

/**
 * AP-216 What of one part of the list is due at `until` (ms), of every tenant, the longest due first, after a place. Nothing
 * is passed over: what could not be done stays on the list, in front.
 */
export async function listDue(
  part: number,
  until: number,
  page: { readonly after: string | undefined; readonly limit: number },
  list: DueList = 'DUE',
): Promise<{ due: Due[]; next: string | undefined }> {
  const { Items, LastEvaluatedKey } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': partition(list, part),
      ':first': page.after === undefined ? '0' : `${page.after}\u0000`,
      ':last': `${digits(until)}#~`,
    },
    Limit: page.limit,
  });
  return {
    due: Items.map((item) => {
      const { tenantId, ...due } = DueItem.parse(item);
      return { ...due, tenant: scope(tenantId) };
    }),
    next: LastEvaluatedKey ? String(LastEvaluatedKey.sk) : undefined,
  };
}
