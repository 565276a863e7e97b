import * as z from 'zod';
import { documents } from '#aws/documents.ts';
import { JOURNAL_DAYS } from '#contract/webhooks.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Something that happened, as webhooks are told it: written down before anybody is told, for as long as it may be asked for again. */
const Journaled = z.object({
  eventId: z.string(),
  type: z.string(),
  /** The body of the request, to the byte. */
  payload: z.string(),
  /** Seconds since 1970. */
  [TABLE.ttl]: z.number(),
});
export interface JournaledEvent {
  readonly position: string;
  readonly eventId: string;
  readonly type: string;
  readonly payload: string;
}

const partition = (tenant: TenantKey): string => join(tenant, 'HOOKLOG');
const EVENT = 'E#';

/**
 * A tenant's journal is one partition in order of entry, kept for tenants that have webhooks, enabled or not. One partition
 * takes a thousand entries a second.
 */
export const JournalEntity = entity({
  type: 'webhook-event',
  schema: Journaled,
  key: (tenant: TenantKey, position: string): Key => ({ pk: partition(tenant), sk: `${EVENT}${position}` }),
});

/** Until when (seconds since 1970) something of `at` (ms) is kept. */
export const keptUntil = (at: number): number => Math.ceil(at / 1_000) + JOURNAL_DAYS * 86_400;

/** The place of an event that is entered at `at` (ms): in order of time, and of its id within a millisecond. */
export const positionAt = (at: number, eventId: string): string => `${digits(at)}_${eventId.slice(4)}`;

/** When (ms) something was entered at a place. */
export const enteredAt = (position: string): number => Number(position.slice(0, 15));

/** AP-415 Enter an event into a tenant's journal. */
export const enter = (tenant: TenantKey, { position, ...event }: JournaledEvent): Promise<void> =>
  documents.put({
    TableName: tableName(),
    Item: JournalEntity.toItem(tenant, position, { ...event, [TABLE.ttl]: keptUntil(enteredAt(position)) }),
  });

/** AP-416 An event by its place; undefined when it is no longer kept at `at` (ms). */
export async function findEvent(tenant: TenantKey, position: string, at: number): Promise<JournaledEvent | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: JournalEntity.key(tenant, position),
    ConsistentRead: true,
  });
  if (!Item) return undefined;
  const { [TABLE.ttl]: until, ...event } = JournalEntity.fromItem(Item);
  return until <= at / 1_000 ? undefined : { position, ...event };
}

/** AP-417 What was entered after a place and up to a time (ms), the first first, at most `limit`; `more`: perhaps not all. */
export async function eventsAfter(
  tenant: TenantKey,
  {
    after,
    until,
    limit,
    at,
  }: { readonly after: string; readonly until: number; readonly limit: number; readonly at: number },
): Promise<{ events: JournaledEvent[]; last: string | undefined; more: boolean }> {
  const { Items, LastEvaluatedKey } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': partition(tenant),
      // The byte before every id's own characters, so that the place itself is not among them.
      ':first': `${EVENT}${after}\u0000`,
      ':last': `${EVENT}${digits(until)}~`,
    },
    Limit: limit,
  });
  const entries = Items.map((item) => ({
    position: String(item.sk).slice(EVENT.length),
    ...JournalEntity.fromItem(item),
  }));
  return {
    events: entries.flatMap(({ [TABLE.ttl]: kept, ...event }) => (kept <= at / 1_000 ? [] : [event])),
    last: entries.at(-1)?.position,
    more: LastEvaluatedKey !== undefined,
  };
}
