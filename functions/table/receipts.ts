import { documents } from '#aws/documents.ts';
import { conversationPartition } from './conversation.ts';
import { digits, join, type TenantKey } from './entity.ts';
import { logPartition, MessageEntity } from './message.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';
import { type MemberState, memberStateOf } from './watermark.ts';

/** Messages after one that are looked through for who has written since. */
const LOOKED_AT = 500;

/** AP-88 A page of a conversation's members with their watermarks, by user id, after `after`. */
export async function listStates(
  tenant: TenantKey,
  conversationId: string,
  page: { readonly after: string | undefined; readonly limit: number; readonly consistent?: boolean },
): Promise<{ states: MemberState[]; more: boolean }> {
  const { Items } = await documents.query({
    TableName: tableName(),
    ConsistentRead: page.consistent ?? false,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': conversationPartition(tenant, conversationId),
      // The byte after the user id's own characters, so that the one the cursor names does not come back.
      ':first': page.after === undefined ? 'P#' : `P#${page.after}\u0000`,
      ':last': 'P#~',
    },
    Limit: page.limit + 1,
  });
  return { states: Items.slice(0, page.limit).map(memberStateOf), more: Items.length > page.limit };
}

/** AP-89 Who has sent one of the next messages after a number. */
export async function sendersAfter(tenant: TenantKey, conversationId: string, seq: number): Promise<Set<string>> {
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ProjectionExpression: '#ty, u, b.#type',
    ExpressionAttributeNames: { '#ty': TABLE.entity, '#type': 'type' },
    ExpressionAttributeValues: {
      ':pk': logPartition(tenant, conversationId),
      ':first': join('M', digits(seq + 1)),
      ':last': 'M#~',
    },
    Limit: LOOKED_AT,
  });
  return new Set(
    Items.filter(
      (item) => item[TABLE.entity] === MessageEntity.type && (item.b as { type: string }).type !== 'system',
    ).map(({ u }) => String(u)),
  );
}
