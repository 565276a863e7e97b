import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { mayBeArchived, nextPart, PART, partKey } from '#domain/archive.ts';
import { mediaIdsIn } from '#domain/removal.ts';
import { writePart } from './archive-object.ts';
import { ArchivePartEntity } from './archive-part.ts';
import { type ArchivePlan, ArchivePlanEntity, archiveState } from './archive-plan.ts';
import { type TenantKey, tenantIdOf } from './entity.ts';
import { logOf } from './log/dynamo-store.ts';
import { MessageEntity, type StoredMessage } from './message.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/**
 * What the table keeps of a message whose content lies in the archive: its place, who sent it and when, what counting and
 * the removal by retention go by. An ellipsis stands where the content was.
 */
export const placeOnly = (stored: StoredMessage, last: number): StoredMessage => {
  const { u, c, h, a, s, v, e, l, m, r, i = 0 } = stored;
  const media = mediaIdsIn(stored);
  const kept = Object.entries({ c, h, s, e, l, m }).filter(([, value]) => value !== undefined);
  return {
    ...{ u, a, v, ...Object.fromEntries(kept) },
    b: { type: 'text', text: '…' },
    ...(r ? { r: { n: r.n, t: [] } } : {}),
    ...(media.length > 0 ? { f: media } : {}),
    z: { l: last, o: true },
    i: i + 1,
  };
};

/** Whether a write was made; false when its condition did not hold. */
const whether = (writing: Promise<unknown>): Promise<boolean> =>
  writing.then(
    () => true,
    (error: unknown) => (error instanceof ConditionalCheckFailedException ? false : Promise.reject(error)),
  );

/** AP-289 Choose a message for a part: from then on nobody changes it. False when it was pinned, answered or deleted meanwhile. */
const choose = (tenant: TenantKey, conversationId: string, seq: number, stored: StoredMessage, last: number) =>
  whether(
    documents.update({
      TableName: tableName(),
      Key: MessageEntity.key(tenant, { conversationId, seq }),
      UpdateExpression: 'SET #z = :z ADD #i :one',
      ConditionExpression:
        '#type = :message AND #v = :version AND attribute_not_exists(#z) AND attribute_not_exists(#p) AND attribute_not_exists(#k)',
      ExpressionAttributeNames: { '#z': 'z', '#i': 'i', '#type': TABLE.entity, '#v': 'v', '#p': 'p', '#k': 'k' },
      ExpressionAttributeValues: { ':z': { l: last }, ':one': 1, ':message': MessageEntity.type, ':version': stored.v },
    }),
  );

/** Leave only the place of a message in the table, once the archive holds it. */
const leavePlace = (tenant: TenantKey, conversationId: string, seq: number, stored: StoredMessage, last: number) =>
  whether(
    documents.put({
      TableName: tableName(),
      Item: MessageEntity.toItem(tenant, { conversationId, seq }, placeOnly(stored, last)),
      ConditionExpression: '#z.#l = :last AND attribute_not_exists(#z.#o)',
      ExpressionAttributeNames: { '#z': 'z', '#l': 'l', '#o': 'o' },
      ExpressionAttributeValues: { ':last': last },
    }),
  );

/**
 * Carries a plan out, from wherever it stands: messages are chosen, written to their object, read back, the part is
 * recorded, and only then their content leaves the table. Answers how many messages the part has.
 */
async function carryOut(tenant: TenantKey, conversationId: string, plan: ArchivePlan): Promise<number> {
  const { until: _, ...stretch } = plan;
  const { first, last, key } = stretch;
  const TableName = tableName();
  const id = { conversationId, last };
  const log = logOf(tenant, conversationId);
  const messages = async () =>
    (await log.entries(first, last)).flatMap((entry) =>
      entry.kind === 'message' ? [{ seq: entry.seq, stored: entry.message }] : [],
    );
  const Key = ArchivePartEntity.key(tenant, id);
  const { Item: recorded } = await documents.get({ TableName, Key, ConsistentRead: true });
  if (!recorded)
    for (const { seq, stored } of await messages())
      if (mayBeArchived(stored)) await choose(tenant, conversationId, seq, stored, last);
  const chosen = (await messages()).filter(({ stored }) => stored.z?.l === last);
  if (!recorded) {
    if (chosen.some(({ stored }) => stored.z?.o)) throw new Error(`two were at part ${last} of ${conversationId}`);
    const lines = chosen.map(({ seq, stored: { z: _, ...message } }) => ({ seq, message }));
    const sum = await writePart(key, lines);
    await documents.put({ TableName, Item: ArchivePartEntity.toItem(tenant, id, { ...stretch, ...sum }) });
  }
  for (const { seq, stored } of chosen) if (!stored.z?.o) await leavePlace(tenant, conversationId, seq, stored, last);
  await documents.delete({ TableName, Key: { ...ArchivePlanEntity.key(tenant, id) } });
  return chosen.length;
}

/** Milliseconds for which who begins a part has it alone: longer than a function lives. */
export const LEASE_MS = 600_000;

/** Begin a part, or take up one whose lease is over; false when somebody else has it. */
const takePlan = (tenant: TenantKey, conversationId: string, plan: ArchivePlan, at: number) =>
  whether(
    documents.put({
      TableName: tableName(),
      Item: ArchivePlanEntity.toItem(tenant, { conversationId, last: plan.last }, { ...plan, until: at + LEASE_MS }),
      ConditionExpression: 'attribute_not_exists(pk) OR #until <= :now',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: { ':now': at },
    }),
  );

/**
 * Moves what a conversation has from before `since` (ms) to the archive at `at`, up to `most` parts of it: what was begun is
 * finished first; with 0, nothing else is done. Answers how many messages lie there now that did not before. Raises `Corrupt` when an object is not what
 * was written: then nothing has left the table.
 */
export async function archiveConversation(
  tenant: TenantKey,
  conversationId: string,
  { since, at, most }: { readonly since: number; readonly at: number; readonly most: number },
): Promise<number> {
  const log = logOf(tenant, conversationId);
  let archived = 0;
  for (let part = 0; part < most; part++) {
    const head = await log.head();
    // Purged: what was begun is removed with the rest.
    if (!head) break;
    const { plan, archivedTo } = await archiveState(tenant, conversationId);
    if (plan) {
      if (!(await takePlan(tenant, conversationId, plan, at))) break;
      archived += await carryOut(tenant, conversationId, plan);
      continue;
    }
    if (since <= 0) break;
    const first = Math.max(archivedTo + 1, head.firstSeq);
    const last = Math.min(head.seq, first + PART - 1);
    const next = first > last ? undefined : nextPart(await log.entries(first, last), first, since);
    if (!next) break;
    const stretch = { first, ...next };
    const begun = { ...stretch, key: partKey(tenantIdOf(tenant), conversationId, stretch), until: 0 };
    if (!(await takePlan(tenant, conversationId, begun, at))) break;
    archived += await carryOut(tenant, conversationId, begun);
  }
  return archived;
}
