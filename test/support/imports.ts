import { randomBytes } from 'node:crypto';
import { documents } from '#aws/documents.ts';
import { getImport, importBatch, startImport } from '#contract/imports.ts';
import { findHead, HeadEntity } from '#table/conversation.ts';
import { type Item, scope } from '#table/entity.ts';
import { conversationIdOfImport } from '#table/import.ts';
import { logPartition, MessageEntity } from '#table/message.ts';
import { tableName } from '#table/table-name.ts';
import { handler } from '../../functions/api/imports/imports.lambda.ts';
import { call } from './call.ts';

/** The tenant whose admin `ada` imports. */
export const tenant = scope('acme');
export const newImportId = () => `imp_${randomBytes(16).toString('base64url')}`;
const conversation = (participants: readonly string[] = ['bob', 'cleo']) => ({
  type: 'group',
  name: 'Lab',
  participants,
});
export const text = (value: string | number) => ({
  senderId: 'bob',
  text: String(value),
  sentAt: '2018-11-05T19:30:43.000Z',
});
export const texts = (from: number, count: number) => Array.from({ length: count }, (_, index) => text(from + index));

export const start = (importId: string, over: object = {}, options: object = {}) =>
  call(
    handler,
    startImport,
    { importId, conversation: { ...conversation(), ...over } },
    { roles: ['admin'], ...options },
  );
export const send = (importId: string, batch: number, messages: readonly object[], options: object = {}) =>
  call(handler, importBatch, { importId, batch, messages }, { roles: ['admin'], ...options });
export const look = (importId: string, options: object = {}) =>
  call(handler, getImport, { importId }, { roles: ['admin'], ...options });

export const logOf = async (importId: string, of = tenant): Promise<Item[]> => {
  const items: Item[] = [];
  for (let next: Item | undefined, first = true; first || next; first = false) {
    const { Items = [], LastEvaluatedKey } = await documents.query({
      TableName: tableName(),
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': logPartition(of, conversationIdOfImport(of, importId)) },
      ConsistentRead: true,
      ...(next ? { ExclusiveStartKey: next } : {}),
    });
    items.push(...Items);
    next = LastEvaluatedKey;
  }
  return items;
};
export const textOf = (item: Item): string => {
  const { b } = MessageEntity.fromItem(item);
  return b.type === 'text' ? b.text : '';
};
export const textsOf = async (importId: string) => (await logOf(importId)).map(textOf);
export const headOf = async (importId: string) => (await findHead(tenant, conversationIdOfImport(tenant, importId)))!;

/** The first half of a live send: one update of the head takes the number. */
export const takeLive = async (importId: string): Promise<number> => {
  const { Attributes } = await documents.update({
    TableName: tableName(),
    Key: HeadEntity.key(tenant, conversationIdOfImport(tenant, importId)),
    UpdateExpression: 'SET seq = seq + :one',
    ExpressionAttributeValues: { ':one': 1 },
    ReturnValues: 'ALL_NEW',
  });
  return HeadEntity.fromItem(Attributes!).seq;
};

/** A live send as the log does it: when the number is taken, one write-once put stores the message. */
export const sendLive = async (importId: string, value: string): Promise<void> => {
  const id = { conversationId: conversationIdOfImport(tenant, importId), seq: await takeLive(importId) };
  await documents.put({
    TableName: tableName(),
    Item: MessageEntity.toItem(tenant, id, { u: 'cleo', b: { type: 'text', text: value }, a: 1, v: 1 }),
    ConditionExpression: 'attribute_not_exists(pk)',
  });
};
