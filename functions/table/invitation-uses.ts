import * as z from 'zod';
import { documents, TransactionCanceledException } from '#aws/documents.ts';
import { partsOfInvitationId } from '#contract/ids.ts';
import { batchGet } from './batch-get.ts';
import { conversationPartition } from './conversation.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { endOf, InvitationEntity, type StoredInvitation } from './invitation.ts';
import { MessageEntity, type StoredMessage, seqOf } from './message.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Numbers that an invitation carries before they go to a page of their own: it stays below 1 KB, a use below two units. */
export const NUMBERS_A_PAGE = 100;

/** A full page of the numbers of log entries that let somebody in by an invitation; `page` counts from 0. */
const UsesEntity = entity({
  type: 'invitation-uses',
  schema: z.object({ numbers: z.array(z.number()) }),
  key: (tenant: TenantKey, { invitationId, page }: { readonly invitationId: string; readonly page: number }): Key => {
    const { conversationId, token } = partsOfInvitationId(invitationId);
    return { pk: conversationPartition(tenant, conversationId), sk: join('INVU', token, digits(page)) };
  },
});

/**
 * AP-238 Move the oldest numbers of an invitation into a page of their own, if there are enough; when somebody uses it
 * meanwhile, whoever does so moves them.
 */
export async function turnPage(tenant: TenantKey, invitationId: string): Promise<void> {
  const TableName = tableName();
  const Key = InvitationEntity.key(tenant, invitationId);
  const { Item } = await documents.get({ TableName, Key, ConsistentRead: true });
  const invitation = Item && InvitationEntity.fromItem(Item);
  if (!invitation || invitation.numbers.length < NUMBERS_A_PAGE) return;
  const page = UsesEntity.toItem(
    tenant,
    { invitationId, page: invitation.pages },
    { numbers: invitation.numbers.slice(0, NUMBERS_A_PAGE) },
  );
  try {
    await documents.transactWrite([
      { Put: { TableName, Item: { ...page, [TABLE.ttl]: endOf(invitation) } } },
      {
        Update: {
          TableName,
          Key,
          UpdateExpression: 'SET #numbers = :rest, #pages = #pages + :one',
          ConditionExpression: '#uses = :uses AND #pages = :pages',
          ExpressionAttributeNames: { '#numbers': 'numbers', '#pages': 'pages', '#uses': 'uses' },
          ExpressionAttributeValues: {
            ':rest': invitation.numbers.slice(NUMBERS_A_PAGE),
            ':one': 1,
            ':uses': invitation.uses,
            ':pages': invitation.pages,
          },
        },
      },
    ]);
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
  }
}

/** A use, as the log tells it. */
export interface Use {
  readonly seq: number;
  readonly entry: StoredMessage;
}

/** AP-239 Uses `from` (counted from 0) and following of an invitation, first come first, as their log entries tell them. */
export async function usesOf(
  tenant: TenantKey,
  { id, conversationId, uses, pages, numbers }: StoredInvitation,
  from: number,
  limit: number,
): Promise<Use[]> {
  const until = Math.min(uses, from + limit);
  const [first, last] = [Math.floor(from / NUMBERS_A_PAGE), Math.floor(Math.max(from, until - 1) / NUMBERS_A_PAGE)];
  const wanted = [first, last].filter((page, index, all) => page < pages && all.indexOf(page) === index);
  const keys = wanted.map((page) => UsesEntity.key(tenant, { invitationId: id, page }));
  const full = await batchGet(keys, { consistent: true });
  const numberOf = (use: number): number | undefined => {
    const page = Math.floor(use / NUMBERS_A_PAGE);
    if (page >= pages) return numbers[use - pages * NUMBERS_A_PAGE];
    const { sk } = UsesEntity.key(tenant, { invitationId: id, page });
    const item = full.find((candidate) => candidate['sk'] === sk);
    return item && UsesEntity.fromItem(item).numbers[use % NUMBERS_A_PAGE];
  };
  const seqs = Array.from({ length: Math.max(0, until - from) }, (_, index) => numberOf(from + index) ?? []).flat();
  const entries = await batchGet(
    seqs.map((seq) => MessageEntity.key(tenant, { conversationId, seq })),
    { consistent: true },
  );
  const bySeq = new Map(entries.map((item) => [seqOf(item['sk']), MessageEntity.fromItem(item)]));
  return seqs.flatMap((seq) => {
    const entry = bySeq.get(seq);
    return entry ? [{ seq, entry }] : [];
  });
}
