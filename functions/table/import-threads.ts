import type { TransactItem } from '#aws/documents.ts';
import type { EarlierMessage, ImportedMessage } from '#contract/imports.ts';
import { type Around, type Position, positionsOf, type ThreadAfter, threadsAfter } from '#domain/import-threads.ts';
import { Refusal } from '#domain/refusal.ts';
import { batchGet } from './batch-get.ts';
import type { TenantKey } from './entity.ts';
import { conversationIdOfImport, ImportedBatchEntity } from './import.ts';
import { messagesAt } from './message.ts';
import { ReplyEntity, summaryBecomes } from './thread.ts';
import { partOf, type ThreadMember, ThreadMemberEntity } from './thread-member.ts';

/** What a batch's messages become, and what it makes of the threads they reply in. */
export interface Threads {
  readonly positions: readonly Position[];
  readonly threads: ReadonlyMap<number, ThreadAfter>;
  /** How a user stood in a thread when it was looked at. */
  readonly standing: (root: number, userId: string) => ThreadMember | undefined;
}

/** Which batch of which import, its messages, the number that the first of them is to have, and the time (ms). */
interface Batch {
  readonly importId: string;
  readonly batch: number;
  readonly messages: readonly ImportedMessage[];
  readonly firstSeq: number;
  readonly at: number;
}

const keyOf = ({ batch, index }: EarlierMessage): string => `${batch} ${index}`;

/** AP-175 Messages of earlier batches that a batch names: their numbers from the ledger, then they themselves, consistently. */
async function findEarlier(tenant: TenantKey, { importId, batch, messages }: Batch): Promise<Around['earlier']> {
  const named = messages
    .flatMap(({ parent, replyTo }) => [parent, replyTo])
    .filter((one) => one !== undefined && one.batch < batch) as EarlierMessage[];
  const keys = new Map(
    named.map((one) => [one.batch, ImportedBatchEntity.key(tenant, { importId, batch: one.batch })]),
  );
  const entries = new Map(
    (await batchGet([...keys.values()], { consistent: true })).map((item) => [
      item.sk,
      ImportedBatchEntity.fromItem(item),
    ]),
  );
  const numbers = new Map(
    named.flatMap((one) => {
      const entry = entries.get(keys.get(one.batch)!.sk);
      const seq = entry && entry.firstSeq + one.index;
      return seq !== undefined && seq <= entry!.lastSeq ? [[keyOf(one), seq] as const] : [];
    }),
  );
  const found = await messagesAt(tenant, conversationIdOfImport(tenant, importId), [...numbers.values()]);
  return (one) => {
    const seq = numbers.get(keyOf(one));
    const stored = seq === undefined ? undefined : found.get(seq);
    return stored && { seq: seq!, by: stored.u, place: stored.t };
  };
}

/**
 * AP-176 What a batch's messages become, from the messages they name, the roots of earlier threads and who takes part in those,
 * consistently. Reads nothing for a batch in which no message names another. Raises `import.message_unknown`, `thread.too_deep`.
 */
export async function findThreads(tenant: TenantKey, given: Batch): Promise<Threads> {
  const { importId, batch, messages, firstSeq, at } = given;
  const conversationId = conversationIdOfImport(tenant, importId);
  const positions = positionsOf(messages, { batch, firstSeq, earlier: await findEarlier(tenant, given) });
  const replies = positions.flatMap(({ place, by }) => (place && place.r < firstSeq ? [{ root: place.r, by }] : []));
  const roots = await messagesAt(tenant, conversationId, [...new Set(replies.map(({ root }) => root))]);
  const keyFor = (root: number, userId: string) => ThreadMemberEntity.key(tenant, { conversationId, root, userId });
  const items = await batchGet(
    [...replies.map(({ root, by }) => keyFor(root, by)), ...[...roots].map(([root, { u }]) => keyFor(root, u))],
    { consistent: true },
  );
  const members = new Map(items.map((item) => [`${item.pk}\n${item.sk}`, ThreadMemberEntity.fromItem(item)]));
  const standing = (root: number, userId: string): ThreadMember | undefined => {
    const { pk, sk } = keyFor(root, userId);
    return members.get(`${pk}\n${sk}`);
  };
  const threads = threadsAfter(
    positions,
    (root) => {
      if (root >= firstSeq) return { author: positions[root - firstSeq]!.by, summary: undefined, replied: () => false };
      const stored = roots.get(root);
      if (!stored)
        throw new Refusal('import.message_unknown', { index: positions.findIndex(({ place }) => place?.r === root) });
      return { author: stored.u, summary: stored.k, replied: (userId) => standing(root, userId)?.replied ?? false };
    },
    at,
  );
  return { positions, threads, standing };
}

/**
 * What a batch writes for its replies besides the messages: their lists, the summaries of earlier roots on condition of what they
 * were, and who takes part. Roots of the batch itself are put with their summary.
 */
export const threadItems = (
  tenant: TenantKey,
  { importId, firstSeq, at }: Pick<Batch, 'importId' | 'firstSeq' | 'at'>,
  { positions, threads, standing }: Threads,
): { readonly lists: readonly ReturnType<typeof ReplyEntity.toItem>[]; readonly changes: readonly TransactItem[] } => {
  const conversationId = conversationIdOfImport(tenant, importId);
  return {
    lists: positions.flatMap(({ seq, by, place }) =>
      place ? [ReplyEntity.toItem(tenant, { conversationId, root: place.r, seq }, { u: by, a: at, p: place.p })] : [],
    ),
    changes: [...threads].flatMap(([root, { before, after, parts }]) => {
      const thread = { conversationId, root };
      return [
        ...(root < firstSeq ? [summaryBecomes(tenant, thread, before, after)] : []),
        ...[...parts].flatMap(([userId, part]) =>
          partOf(tenant, thread, userId, standing(root, userId), { ...part, at }),
        ),
      ];
    }),
  };
};
