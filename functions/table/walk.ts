import { documents } from '#aws/documents.ts';
import { digits, join, type TenantKey } from './entity.ts';
import { logPartition, MessageEntity, type StoredMessage, seqOf } from './message.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';
import { type StoredUser, UserEntity } from './user.ts';

/** Greater than any number of a log. */
const END = 999_999_999_999_999;

/** Messages of a conversation as the table holds them. */
export interface MessagePage {
  readonly messages: { readonly seq: number; readonly stored: StoredMessage }[];
  /** Numbers of messages that cannot be read. */
  readonly unreadable: number[];
  /** The number to go on after. */
  readonly next: number | undefined;
}

/**
 * AP-653 Messages of a conversation in their order, consistently: those after a number, up to `last`. Voids
 * are left out, so that a page may hold less than it looked at.
 */
export async function messagePage(
  tenant: TenantKey,
  conversationId: string,
  { after, last = END, limit }: { readonly after: number; readonly last?: number; readonly limit: number },
): Promise<MessagePage> {
  if (after >= last) return { messages: [], unreadable: [], next: undefined };
  const { Items, LastEvaluatedKey } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': logPartition(tenant, conversationId),
      ':first': join('M', digits(after + 1)),
      ':last': join('M', digits(last)),
    },
    ConsistentRead: true,
    Limit: limit,
  });
  const page: MessagePage = { messages: [], unreadable: [], next: LastEvaluatedKey && seqOf(LastEvaluatedKey.sk) };
  for (const item of Items) {
    if (item[TABLE.entity] !== MessageEntity.type) continue;
    const { success, data } = MessageEntity.schema.safeParse(item);
    if (success) page.messages.push({ seq: seqOf(item.sk), stored: data });
    else page.unreadable.push(seqOf(item.sk));
  }
  return page;
}

/** AP-654 Users of a tenant by id, after one of them, consistently; `next` is the one to go on after. */
export async function userPage(
  tenant: TenantKey,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<{ users: StoredUser[]; next: string | undefined }> {
  const { pk, sk } = UserEntity.key(tenant, after ?? '');
  const { Items, LastEvaluatedKey } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: { ':pk': pk, ':first': `${sk}\u0000`, ':last': `${UserEntity.key(tenant, '').sk}~` },
    ConsistentRead: true,
    Limit: limit,
  });
  const users = Items.map(UserEntity.fromItem);
  return { users, next: LastEvaluatedKey && users.at(-1)?.userId };
}
