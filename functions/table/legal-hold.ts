import * as z from 'zod';
import { ConditionalCheckFailedException, documents, TransactionCanceledException } from '#aws/documents.ts';
import type { Audit } from '#domain/audit.ts';
import { audited } from './audit.ts';
import { conversationPartition, HeadEntity } from './conversation.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import { tableName } from './table-name.ts';

/** Why nothing of a conversation, or of a tenant, is removed. */
export const Hold = z.object({ reason: z.string(), by: z.string(), at: z.number() });
export type Hold = z.output<typeof Hold>;

/** Of a conversation, or of a whole tenant where none is named. */
export const HoldEntity = entity({
  type: 'legal-hold',
  schema: Hold,
  key: (tenant: TenantKey, conversationId: string | undefined): Key => ({
    pk: conversationId === undefined ? join(tenant, 'TENANT') : conversationPartition(tenant, conversationId),
    sk: 'HOLD',
  }),
});

/** AP-273 The hold on a conversation, or on a tenant, consistently; undefined when there is none. */
export async function findHold(tenant: TenantKey, conversationId: string | undefined): Promise<Hold | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: HoldEntity.key(tenant, conversationId),
    ConsistentRead: true,
  });
  return Item && HoldEntity.fromItem(Item);
}

/**
 * AP-274 Put a hold on or take it off, with its audit entry, and what the conversation's head says of it: the removal of
 * messages is made on condition of that. False when it is so already, or there is no such conversation.
 */
export async function setHold(
  tenant: TenantKey,
  conversationId: string | undefined,
  hold: Hold | undefined,
  audit: Audit,
): Promise<boolean> {
  const TableName = tableName();
  const key = HoldEntity.key(tenant, conversationId);
  const mark =
    conversationId === undefined
      ? []
      : [
          {
            Update: {
              TableName,
              Key: HeadEntity.key(tenant, conversationId),
              UpdateExpression: hold ? 'SET held = :true' : 'REMOVE held',
              ConditionExpression: 'attribute_exists(pk)',
              ...(hold ? { ExpressionAttributeValues: { ':true': true } } : {}),
            },
          },
        ];
  try {
    await calmly(() =>
      documents.transactWrite([
        hold
          ? {
              Put: {
                TableName,
                Item: HoldEntity.toItem(tenant, conversationId, hold),
                ConditionExpression: 'attribute_not_exists(pk)',
              },
            }
          : { Delete: { TableName, Key: { ...key }, ConditionExpression: 'attribute_exists(pk)' } },
        ...mark,
        audited(tenant, audit),
      ]),
    );
    return true;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    if (error.CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return false;
    throw error;
  }
}

/**
 * AP-275 Let the conversation begin at a later number: from then on nobody sees what was before, and it may be removed.
 * False when it is under hold, or its tenant is, or it begins elsewhere by now.
 */
export async function beginAt(
  tenant: TenantKey,
  conversationId: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<boolean> {
  const TableName = tableName();
  try {
    await calmly(() =>
      documents.transactWrite([
        {
          Update: {
            TableName,
            Key: HeadEntity.key(tenant, conversationId),
            UpdateExpression: 'SET firstSeq = :to',
            ConditionExpression: 'firstSeq = :from AND attribute_not_exists(held)',
            ExpressionAttributeValues: { ':from': from, ':to': to },
          },
        },
        {
          ConditionCheck: {
            TableName,
            Key: HoldEntity.key(tenant, undefined),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
      ]),
    );
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    if (error.CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return false;
    throw error;
  }
  await withdrawLast(tenant, conversationId, to);
  return true;
}

/** AP-276 A preview that speaks of what is gone goes too. */
async function withdrawLast(tenant: TenantKey, conversationId: string, firstSeq: number): Promise<void> {
  try {
    await documents.update({
      TableName: tableName(),
      Key: HeadEntity.key(tenant, conversationId),
      UpdateExpression: 'REMOVE #last, #lastSeq',
      ConditionExpression: '#lastSeq < :first',
      ExpressionAttributeNames: { '#last': 'last', '#lastSeq': 'lastSeq' },
      ExpressionAttributeValues: { ':first': firstSeq },
    });
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
