import './engine.ts';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { beforeAll, expect } from 'vitest';
import { documents } from '#aws/documents.ts';
import { ENV } from '#contract/environment.ts';
import { refreshIndex } from '#gateways/search/indices.ts';
import { messageWrites } from '#indexing/message-writes.ts';
import { writeDocuments } from '#indexing/write-documents.ts';
import { type Head, HeadEntity } from '#table/conversation.ts';
import { type Item, scope } from '#table/entity.ts';
import { type Member, MemberEntity } from '#table/member.ts';
import { MessageEntity, type StoredMessage } from '#table/message.ts';
import { indexState } from '#table/search-index.ts';
import { tableName } from '#table/table-name.ts';
import { stubService } from '#test/support/aws-stub.ts';
import { useTable } from '#test/support/table.ts';
import { aConversationId, messageItem } from '../stream/records.ts';

/** A table and the engine for a test file, and a secret to sign cursors with. */
export function useGround(): void {
  useTable();
  const secrets = stubService('secretsmanager');
  beforeAll(() => {
    process.env[ENV.signingKey] = 'signing-key';
    secrets.on(GetSecretValueCommand).resolves({ SecretString: 'a secret of the test, long enough to sign with' });
  });
}

export const put = (Item: Item) => documents.put({ TableName: tableName(), Item });
export const remove = ({ pk, sk }: Item) => documents.delete({ TableName: tableName(), Key: { pk, sk } });

/** Makes what was written to the index visible to searches. */
export const refresh = async () => refreshIndex((await indexState()).live.name);

/** Brings messages, given as the table holds them, into the index. */
export async function indexed(tenantId: string, conversationId: string, items: readonly Item[]): Promise<void> {
  const numbered = items.map((item) => ({
    seq: Number(String(item['sk']).slice(2)),
    stored: MessageEntity.fromItem(item),
  }));
  const results = await writeDocuments(await messageWrites(scope(tenantId), conversationId, numbered));
  expect(results.filter((result) => typeof result !== 'string')).toEqual([]);
}

/** A membership as the table holds it. */
export const memberItem = (
  tenantId: string,
  conversationId: string,
  userId: string,
  member: Partial<Member> = {},
): Item =>
  MemberEntity.toItem(
    scope(tenantId),
    { userId, conversationId, role: 'member', joinedAt: 1, joinedSeq: 1, addedBy: 'ada', ...member },
    1,
  );

/** A head as the table holds it. */
export const headItem = (tenantId: string, conversationId: string, head: Partial<Head> = {}): Item =>
  HeadEntity.toItem(scope(tenantId), conversationId, {
    type: 'group',
    createdBy: 'ada',
    createdAt: 1,
    seq: 0,
    firstSeq: 1,
    recent: {},
    older: {},
    generation: 0,
    floor: -1,
    lastAt: 1,
    ...head,
  });

/** A conversation of these users. `say` stores and indexes messages; nothing of it is found before `refresh`. */
export async function aConversation(tenantId: string, users: readonly string[], head: Partial<Head> = {}) {
  const conversationId = aConversationId();
  await put(headItem(tenantId, conversationId, head));
  await Promise.all(users.map((userId) => put(memberItem(tenantId, conversationId, userId))));
  let seq = 0;
  const store = async (texts: readonly string[], stored: Partial<StoredMessage> = {}): Promise<Item[]> => {
    const items = texts.map((text) =>
      messageItem({ tenantId, conversationId, seq: ++seq }, { b: { type: 'text', text }, ...stored }),
    );
    for (const item of items) await put(item);
    return items;
  };
  const say = async (texts: readonly string[], stored: Partial<StoredMessage> = {}): Promise<Item[]> => {
    const items = await store(texts, stored);
    await indexed(tenantId, conversationId, items);
    return items;
  };
  return { conversationId, say, store };
}
