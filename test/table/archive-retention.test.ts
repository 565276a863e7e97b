import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as reactions } from '#functions/api/reactions/reactions.lambda.ts';
import { handler as tenantSettings } from '#functions/api/tenant/tenant.lambda.ts';
import { documents, pagesOf } from '#functions/aws/documents.ts';
import { expireTenant } from '#functions/jobs/expire-tenant.ts';
import { indexChange } from '#functions/stream/index-change.ts';
import { archiveConversation, placeOnly } from '#table/archive.ts';
import { HeadEntity } from '#table/conversation.ts';
import { scope } from '#table/entity.ts';
import { expireConversation } from '#table/expiry.ts';
import { setHold } from '#table/legal-hold.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { mayRead } from '#table/media-link.ts';
import { findStoredMessage, logPartition, MessageEntity } from '#table/message.ts';
import { removeSome } from '#table/purge-removal.ts';
import { partitionOf as reactionsOf } from '#table/reaction.ts';
import { expiringTenants, RegisteredEntity } from '#table/retention-registry.ts';
import { tableName } from '#table/table-name.ts';
import { DAY_MS, sayLongAgo } from '#test/support/aged-log.ts';
import { dyingAfter, objectsOf, useArchive } from '#test/support/archive.ts';
import { call } from '#test/support/call.ts';
import { aGroup } from '#test/support/conversations.ts';
import { linkTo, readyMedia } from '#test/support/media.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { messageItem, recordOf } from '../stream/records.ts';

useTable();
useSigningKey();
useArchive();

const HOUR = 3_600_000;
let tenants = 0;
let tenantId: string;
let conversationId: string;
const tenant = () => scope(tenantId);
/** The middle of a month that is well over: what was said around it lies in one part. */
const BASE = (() => {
  const now = new Date();
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 3, 15, 12);
})();
const sayAt = (at: number, stored = {}) => sayLongAgo(tenant(), conversationId, Date.now() - at, { ...stored, a: at });
const archive = () =>
  archiveConversation(tenant(), conversationId, { since: Date.now() - 30 * DAY_MS, at: Date.now(), most: 10 });
const RETENTION = { days: 60, maxDays: null, archiveAfterDays: 30 };
/** As if it were so long after `BASE` that what was said before `hours` of it is kept no longer. */
const expire = (hours: number) =>
  expireConversation(tenant(), conversationId, {
    retention: RETENTION,
    at: BASE + 60 * DAY_MS + hours * HOUR,
    most: 1_000,
  });
const stored = (seq: number) => findStoredMessage(tenant(), { conversationId, seq });
const firstSeq = async () => (await logOf(tenant(), conversationId).head())?.firstSeq;

/** Sort keys of what the log's partition holds under some prefixes. */
async function left(prefixes: string): Promise<string[]> {
  const found: string[] = [];
  const pages = pagesOf({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': logPartition(tenant(), conversationId) },
  });
  for await (const items of pages) found.push(...items.map(({ sk }) => String(sk)));
  return found.filter((sk) => prefixes.includes(sk[0]!));
}

beforeEach(async () => {
  tenantId = `archive-${tenants++}`;
  conversationId = await aGroup(tenant(), ['ada', 'bob']);
  await documents.update({
    TableName: tableName(),
    Key: MessageEntity.key(tenant(), { conversationId, seq: 1 }),
    UpdateExpression: 'SET a = :long',
    ExpressionAttributeValues: { ':long': BASE - 1 },
  });
});

describe('retention over an archive', () => {
  it('removes parts that are wholly past their time, and what hangs on their messages; a straddling one is filtered', async () => {
    const mediaId = 'med_AZqYt2a0cK6fPpQ1mWk3Zg';
    const picture = await sayAt(BASE, { b: { type: 'image', mediaId } });
    await readyMedia(tenant(), 'image/jpeg', { mediaId });
    await linkTo(tenant(), { conversationId, seq: picture }, mediaId, { a: BASE });
    const messageId = messageIdOf(conversationId, picture);
    await call(reactions, api.reactions.addReaction, { messageId, emoji: '👍' }, { tenantId, userId: 'bob' });
    const later = await sayAt(BASE + 2 * HOUR);
    // The reaction's own number lies between, and is of today: the log is cut there.
    await documents.update({
      TableName: tableName(),
      Key: { pk: logPartition(tenant(), conversationId), sk: `E#${String(picture + 1).padStart(15, '0')}` },
      UpdateExpression: 'SET a = :old',
      ExpressionAttributeValues: { ':old': BASE + 1 },
    });
    expect(await archive()).toBe(2);
    expect(await objectsOf(tenantId, conversationId)).toHaveLength(1);

    expect(await expire(1)).toMatchObject({ removed: { reactions: 1, media: 1 } });
    expect(await firstSeq()).toBe(later);
    expect(await stored(picture)).toBeUndefined();
    expect(await mayRead(tenant(), mediaId, 'bob')).toBe(false);
    expect(await objectsOf(tenantId, conversationId)).toHaveLength(1);
    const read = async (seq: number) =>
      (await call(messages, api.messages.getMessage, { messageId: messageIdOf(conversationId, seq) }, { tenantId }))
        .status;
    expect([await read(picture), await read(later)]).toEqual([404, 200]);

    await expire(3);
    expect(await objectsOf(tenantId, conversationId)).toEqual([]);
    expect(await left('MAB')).toEqual([]);
    const { Items } = await documents.query({
      TableName: tableName(),
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': reactionsOf(tenant(), { conversationId, seq: picture }) },
    });
    expect(Items).toEqual([]);
    expect(await archive()).toBe(0);
  });

  it('finishes the removal of a part wherever it is interrupted', async () => {
    await sayAt(BASE);
    await sayAt(BASE + HOUR);
    await archive();
    for (let steps = 0; !(await dyingAfter(steps, () => expire(3))); steps++)
      if (steps > 40) throw new Error('it does not end');
    expect(await objectsOf(tenantId, conversationId)).toEqual([]);
    expect(await left('MAB')).toEqual([]);
  });

  it('is stopped by a legal hold, and archiving is not', async () => {
    await sayAt(BASE);
    const audit = {
      ...{ id: 'h', at: 1, actorId: 'ada', before: null, after: null, reason: 'a case', requestId: null },
      target: { kind: 'conversation', id: conversationId },
    } as const;
    await setHold(
      tenant(),
      conversationId,
      { reason: 'a case', by: 'ada', at: 1 },
      { ...audit, action: 'hold.placed' },
    );
    expect(await archive()).toBe(1);
    expect(await expire(3)).toMatchObject({ outcome: 'held' });
    expect(await objectsOf(tenantId, conversationId)).toHaveLength(1);
    await setHold(tenant(), conversationId, undefined, { ...audit, id: 'l', action: 'hold.lifted' });
    await expire(3);
    expect(await objectsOf(tenantId, conversationId)).toEqual([]);
  });
});

describe('a purge', () => {
  it('takes the objects of parts, and of what was begun, with all else; nothing is moved without a head', async () => {
    await sayAt(BASE);
    await archive();
    await sayAt(BASE + HOUR);
    const at = Date.now() + HOUR;
    const again = () =>
      archiveConversation(tenant(), conversationId, { since: Date.now() - 30 * DAY_MS, at, most: 10 });
    await dyingAfter(3, again);
    expect(await left('AB')).toHaveLength(2);
    await documents.delete({ TableName: tableName(), Key: { ...HeadEntity.key(tenant(), conversationId) } });
    const late = { since: Date.now() - 30 * DAY_MS, at: at + HOUR, most: 10 };
    expect(await archiveConversation(tenant(), conversationId, late)).toBe(0);
    for (let removed = 1; removed > 0; ) removed = await removeSome(tenant(), conversationId);
    expect(await objectsOf(tenantId, conversationId)).toEqual([]);
    expect(await left('MEAB')).toEqual([]);
  });
});

describe('the job', () => {
  it('archives for a tenant that says so, and finishes what was begun for one that says so no longer', async () => {
    await documents.put({ TableName: tableName(), Item: RegisteredEntity.toItem(tenant(), conversationId, {}) });
    const admin = { tenantId, roles: ['user', 'admin'] };
    const say = (version: number, archiveAfterDays: number | null) =>
      call(tenantSettings, api.tenant.updateTenantSettings, { version, retention: { archiveAfterDays } }, admin);
    const run = (days: number) => {
      const at = Date.now() + days * DAY_MS;
      return expireTenant(tenant(), { now: () => at, until: at + 100_000, dryRun: false });
    };
    const seq = await sayAt(BASE);
    const young = await sayAt(Date.now());
    expect(await say(1, 30)).toMatchObject({ status: 200 });
    expect(await expiringTenants()).toContain(tenant());
    expect(await run(0)).toBe('done');
    expect((await stored(seq))?.z?.o).toBe(true);
    expect((await stored(young))?.z).toBeUndefined();

    const at = Date.now() + 40 * DAY_MS;
    const since = at - 30 * DAY_MS;
    await dyingAfter(3, () => archiveConversation(tenant(), conversationId, { since, at, most: 1 }));
    expect(await left('B')).toHaveLength(1);
    await say(2, null);
    await run(41);
    expect(await left('B')).toEqual([]);
    expect((await stored(young))?.z?.o).toBe(true);
    const next = await sayAt(BASE + HOUR);
    await run(43);
    expect((await stored(next))?.z).toBeUndefined();
  });
});

describe('the search index', () => {
  it('keeps what a message said when its content goes to the archive, and forgets it when retention removes the place', () => {
    const place = { tenantId: 'acme', conversationId, seq: 2 };
    const item = messageItem(place);
    const chosen = { ...item, z: { l: 2 } };
    const away = MessageEntity.toItem(scope('acme'), place, placeOnly(MessageEntity.fromItem(chosen), 2));
    expect(indexChange(recordOf(item))).toBeDefined();
    expect(indexChange(recordOf(chosen, item))).toBeUndefined();
    expect(indexChange(recordOf(away, chosen))).toBeUndefined();
    expect(indexChange(recordOf(undefined, away))).toMatchObject({ write: { document: { kind: 'gone', seq: 2 } } });
  });
});
