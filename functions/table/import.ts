import * as z from 'zod';
import { documents } from '#aws/documents.ts';
import type { startImport } from '#contract/imports.ts';
import type { Input } from '#contract/route.ts';
import { HeadEntity } from './conversation.ts';
import { digestOf } from './digest.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { writeTogether } from './import-transaction.ts';
import { MemberEntity } from './member.ts';
import { MemberCountEntity } from './member-count.ts';
import { RegisteredEntity } from './retention-registry.ts';
import { tableName } from './table-name.ts';
import { registerTenant } from './tenant-registry.ts';

/**
 * An import: which conversation it fills and how far it has come. It lives as long as the conversation, so that the
 * same file adds nothing, however much later it is sent again.
 */
export const Import = z.object({
  conversationId: z.string(),
  /** Digest of the conversation it was started with. */
  hash: z.string(),
  nextBatch: z.number(),
  messages: z.number(),
  startedBy: z.string(),
  startedAt: z.number(),
});
export type Import = z.output<typeof Import>;

/** The partition of an import and its ledger. */
const importPartition = (tenant: TenantKey, importId: string): string => join(tenant, 'I', importId);

export const ImportEntity = entity({
  type: 'import',
  schema: Import,
  key: (tenant: TenantKey, importId: string): Key => ({ pk: importPartition(tenant, importId), sk: 'IMPORT' }),
});

/** The ledger's entry of one batch: what was stored and where. */
const ImportedBatch = z.object({
  /** Digest of the batch's messages. */
  hash: z.string(),
  firstSeq: z.number(),
  lastSeq: z.number(),
});

export const ImportedBatchEntity = entity({
  type: 'import-batch',
  schema: ImportedBatch,
  key: (tenant: TenantKey, id: { importId: string; batch: number }): Key => ({
    pk: importPartition(tenant, id.importId),
    sk: join('B', digits(id.batch)),
  }),
});

/** The conversation that an import fills. It follows from the import, so that two starts at once mean the same one. */
export const conversationIdOfImport = (tenant: TenantKey, importId: string): string =>
  `cnv_${digestOf(['import', tenant, importId])}`;

/** What an import's conversation is to be. */
export type ImportedConversation = Input<typeof startImport>['conversation'];

/** A digest of the conversation an import is started with; the order of its participants does not matter. */
export const hashOfConversation = ({ type, name, participants }: ImportedConversation): string =>
  digestOf([
    type,
    name,
    [...rolesOf(participants)].map(([userId, role]) => (role === 'member' ? userId : `${userId} ${role}`)).sort(),
  ]);

/** The roles of the participants by user id; who is named twice has the last. */
const rolesOf = (participants: ImportedConversation['participants']): Map<string, 'admin' | 'member' | 'guest'> =>
  new Map(
    participants.map((one) => (typeof one === 'string' ? [one, 'member' as const] : ([one.userId, one.role] as const))),
  );

/** AP-40 An import by its id, consistently; undefined when there is none. */
export async function findImport(tenant: TenantKey, importId: string): Promise<Import | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: ImportEntity.key(tenant, importId),
    ConsistentRead: true,
  });
  return Item && ImportEntity.fromItem(Item);
}

/**
 * AP-41 Starts an import: its empty conversation (head, members and their count) and the import itself, all or nothing.
 * The log starts empty, so that message k of the file gets number k. Undefined when another start won.
 */
export async function createImport(
  tenant: TenantKey,
  importId: string,
  conversation: ImportedConversation,
  { by, at }: { readonly by: string; readonly at: number },
): Promise<Import | undefined> {
  const conversationId = conversationIdOfImport(tenant, importId);
  const roles = rolesOf(conversation.participants);
  const users = [...new Set([by, ...roles.keys()])];
  const started: Import = {
    conversationId,
    hash: hashOfConversation(conversation),
    nextBatch: 0,
    messages: 0,
    startedBy: by,
    startedAt: at,
  };
  const head = HeadEntity.toItem(tenant, conversationId, {
    type: conversation.type,
    name: conversation.name,
    createdBy: by,
    createdAt: at,
    seq: 0,
    firstSeq: 1,
    recent: {},
    older: {},
    generation: 0,
    floor: -1,
    lastAt: at,
  });
  const count = MemberCountEntity.toItem(tenant, conversationId, { members: users.length, owners: 1 });
  const members = users.map((userId) => ({
    ...MemberEntity.toItem(
      tenant,
      // Nobody was let in by an entry of the log: they were all there before its first.
      {
        userId,
        conversationId,
        role: userId === by ? 'owner' : roles.get(userId)!,
        joinedAt: at,
        joinedSeq: 0,
        addedBy: by,
      },
      at,
    ),
    // Counted from the first entry: not in the log, which may be long before anybody has read.
    ...{ readSeq: 0, readN: 0, readG: 0 },
  }));
  const items = [
    ImportEntity.toItem(tenant, importId, started),
    head,
    count,
    RegisteredEntity.toItem(tenant, conversationId, {}),
    ...members,
  ];
  await registerTenant(tenant);
  const written = await writeTogether(
    items.map((Item) => ({
      Put: { TableName: tableName(), Item, ConditionExpression: 'attribute_not_exists(pk)' },
    })),
  );
  return written ? started : undefined;
}
