import * as z from 'zod';
import { documents, type TransactItem } from '#aws/documents.ts';
import type { Pin, Pins } from '#domain/pins.ts';
import { batchGet } from './batch-get.ts';
import { conversationPartition } from './conversation.ts';
import { type ConversationChange, entryAndActor, type NotChanged, writeChange } from './conversation-change.ts';
import { entity, type Key, type TenantKey } from './entity.ts';
import { MessageEntity, type StoredMessage } from './message.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** The pins of a conversation, all in one item: see `Pin` in `domain/pins.ts`. A full one is about 3 KB. */
export const PinsEntity = entity({
  type: 'pins',
  schema: z.object({
    version: z.number(),
    pins: z.array(z.object({ m: z.number(), n: z.number(), u: z.string(), a: z.number() })),
  }),
  key: (tenant: TenantKey, conversationId: string): Key => ({
    pk: conversationPartition(tenant, conversationId),
    sk: 'PINS',
  }),
});

/** AP-200 What a conversation has pinned, consistently: also pins that no longer hold. */
export async function findPins(tenant: TenantKey, conversationId: string): Promise<Pins> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: PinsEntity.key(tenant, conversationId),
    ConsistentRead: true,
  });
  return Item ? PinsEntity.fromItem(Item) : { version: 0, pins: [] };
}

/** A pin that holds, with its message. */
export interface Held {
  readonly pin: Pin;
  readonly stored: StoredMessage;
}

/** AP-201 Those of some pins that hold, with their messages, in their order: a deleted message is not pinned any more. */
export async function heldOf(tenant: TenantKey, conversationId: string, pins: readonly Pin[]): Promise<Held[]> {
  const keys = pins.map(({ m: seq }) => MessageEntity.key(tenant, { conversationId, seq }));
  const items = await batchGet(keys, { consistent: true });
  const found = new Map(
    items
      .filter((item) => item[TABLE.entity] === MessageEntity.type)
      .map((item) => [String(item.sk), MessageEntity.fromItem(item)]),
  );
  return pins.flatMap((pin, index) => {
    const stored = found.get(keys[index]!.sk);
    return stored?.p === pin.n ? [{ pin, stored }] : [];
  });
}

/** What a change does to the one message that it is about: which pin it has afterwards, and had before. */
export interface OnMessage {
  readonly seq: number;
  /** The message's version as it was looked at. */
  readonly version: number;
  readonly pin: number | undefined;
  readonly was: number | undefined;
}

const updateMessage = (
  tenant: TenantKey,
  conversationId: string,
  { seq, version, pin, was }: OnMessage,
): TransactItem => ({
  Update: {
    TableName: tableName(),
    Key: MessageEntity.key(tenant, { conversationId, seq }),
    UpdateExpression: `${pin === undefined ? 'REMOVE #p' : 'SET #p = :pin'} ADD #i :one`,
    ConditionExpression: `#type = :message AND attribute_not_exists(#z) AND #v = :version AND ${was === undefined ? 'attribute_not_exists(#p)' : '#p = :was'}`,
    ExpressionAttributeNames: { '#p': 'p', '#i': 'i', '#v': 'v', '#z': 'z', '#type': TABLE.entity },
    ExpressionAttributeValues: {
      ':message': MessageEntity.type,
      ':one': 1,
      ':version': version,
      ...(pin === undefined ? {} : { ':pin': pin }),
      ...(was === undefined ? {} : { ':was': was }),
    },
  },
});

/**
 * AP-202 Change a conversation's pins: the pins, what the message says of itself and the log's entry, all or nothing,
 * while the pins are in version `before` and the actor has one of the roles. `stale`: pins or message have changed.
 */
export function changePins(
  tenant: TenantKey,
  change: ConversationChange,
  { before, pins }: { readonly before: number; readonly pins: readonly Pin[] },
  message?: OnMessage,
): Promise<'done' | NotChanged> {
  const { conversationId, seq: version } = change;
  return writeChange([
    ...entryAndActor(tenant, change),
    {
      Put: {
        TableName: tableName(),
        Item: PinsEntity.toItem(tenant, conversationId, { version, pins: [...pins] }),
        ...(before === 0
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : {
              ConditionExpression: '#version = :before',
              ExpressionAttributeNames: { '#version': 'version' },
              ExpressionAttributeValues: { ':before': before },
            }),
      },
    },
    ...(message ? [updateMessage(tenant, conversationId, message)] : []),
  ]);
}
