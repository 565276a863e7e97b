import './engine.ts';
import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as reactions } from '#functions/api/reactions/reactions.lambda.ts';
import { reconcileSearch } from '#indexing/reconcile.ts';
import { writeDocuments } from '#indexing/write-documents.ts';
import { HeadEntity } from '#table/conversation.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { MessageEntity } from '#table/message.ts';
import { indexState } from '#table/search-index.ts';
import { tableName } from '#table/table-name.ts';
import { meetUser } from '#table/user.ts';
import { call } from '#test/support/call.ts';
import { aGroup, sendText } from '#test/support/conversations.ts';
import { followAll, heldOf, useIndices, wantedOf } from '#test/support/search-index.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { aTenantId, engine } from './engine.ts';

useTable();
useSigningKey();
useIndices();

const HOUR = 3_600_000;
/** As if it were later, by which time every conversation is quiet. */
const at = (ms: number) => ({ now: () => Date.now() + ms, until: Date.now() + ms + 60_000, pause: 0 });
const live = async (): Promise<string> => (await indexState()).live.name;
const equal = async (tenantId: string): Promise<void> =>
  expect(await heldOf(await live(), tenantId)).toEqual(await wantedOf(tenantId));

async function aTenant(): Promise<{ tenantId: string; ids: string[] }> {
  const tenantId = aTenantId();
  const tenant = scope(tenantId);
  await meetUser(tenant, { userId: 'ada', name: 'Ada' }, 1);
  const ids: string[] = [];
  for (let each = 0; each < 3; each++) {
    ids.push(await aGroup(tenant));
    for (let n = 1; n <= 4; n++) await sendText(logOf(tenant, ids[each]!), `engine ${each} ${n}`);
  }
  return { tenantId, ids };
}

describe('the reconciler', () => {
  it('makes the index equal to the table after an hour of lost records, and touches only what differs', async () => {
    const { tenantId, ids } = await aTenant();
    const tenant = scope(tenantId);
    await followAll(tenantId);
    const [first, second] = ids as [string, string];
    const message = (seq: number) => ({ messageId: messageIdOf(first, seq) });
    const options = { tenantId };
    // Nobody tells the index of any of this.
    await sendText(logOf(tenant, first), 'lost');
    await call(
      messages,
      api.messages.editMessage,
      { ...message(2), version: 1, body: { type: 'text', text: 'new' } },
      options,
    );
    await call(messages, api.messages.deleteMessage, message(3), options);
    await call(reactions, api.reactions.addReaction, { ...message(4), emoji: '👍' }, options);
    await aGroup(tenant);
    await meetUser(tenant, { userId: 'bob', name: 'Bob' }, 1);
    const done = await reconcileSearch(tenant, at(HOUR));
    await equal(tenantId);
    // Lost: a message, a conversation, a user. Old: an edit, a reaction. Still there: what was deleted.
    expect(done).toEqual({
      ended: true,
      counts: { conversations: 4, skipped: 0, missing: 3, stale: 2, ghosts: 1 },
    });
    // Documents of conversations that had not changed were not written: their versions of the engine are the first.
    const { hits } = (await engine('POST', `/${await live()}/_search`, {
      query: { bool: { filter: [{ term: { conversation: second } }, { term: { kind: 'message' } }] } },
      seq_no_primary_term: true,
      size: 10,
    })) as { hits: { hits: { _seq_no: number }[] } };
    expect(Math.max(...hits.hits.map((hit) => hit._seq_no))).toBeLessThan(14);
  });

  it('does not read again what has not changed since, in the log or in the index', async () => {
    const { tenantId, ids } = await aTenant();
    const tenant = scope(tenantId);
    await followAll(tenantId);
    const skipped = async (ms: number) => (await reconcileSearch(tenant, at(ms)))?.counts;
    expect(await skipped(HOUR)).toMatchObject({ skipped: 0, missing: 0, stale: 0, ghosts: 0 });
    expect(await skipped(HOUR)).toMatchObject({ conversations: 3, skipped: 3 });
    // A reaction that nobody told the index of.
    await call(reactions, api.reactions.addReaction, { messageId: messageIdOf(ids[0]!, 2), emoji: '👍' }, { tenantId });
    expect(await skipped(HOUR)).toMatchObject({ skipped: 2, stale: 1 });
    expect(await skipped(HOUR)).toMatchObject({ skipped: 2, stale: 0 });
    expect(await skipped(HOUR)).toMatchObject({ skipped: 3 });
    // What the index alone lost.
    const lost = `${tenantId}/${messageIdOf(ids[1]!, 3)}`;
    // In the version that it has: the engine remembers that of what it deletes.
    await engine(
      'DELETE',
      `/${await live()}/_doc/${encodeURIComponent(lost)}?routing=${tenantId}&version=1&version_type=external_gte`,
    );
    await engine('POST', `/${await live()}/_refresh`);
    expect(await skipped(HOUR)).toMatchObject({ skipped: 2, missing: 1 });
    await equal(tenantId);
    expect(await skipped(8 * 24 * HOUR)).toMatchObject({ skipped: 0 });
  });

  it('does not take for settled what may still come under a number that is taken', async () => {
    const { tenantId, ids } = await aTenant();
    const tenant = scope(tenantId);
    const [id] = ids as [string];
    const log = logOf(tenant, id);
    const taking = { key: 'ada.x', at: Date.now(), preview: { by: 'ada', type: 'text', text: 'slow' } };
    const taken = await log.take(taking, { generationAtMost: 100 });
    expect(taken.ok).toBe(true);
    await followAll(tenantId);
    // Quiet for long enough, but the hole is young to whoever settles.
    const pace = { now: () => Date.now() + HOUR, until: Date.now() + 2 * HOUR, pause: 0 };
    await reconcileSearch(tenant, pace);
    const stored = { u: 'ada', b: { type: 'text' as const, text: 'slow' }, a: Date.now(), v: 1 };
    const seq = taken.head!.seq;
    const put = await log.put(seq, stored);
    await reconcileSearch(tenant, pace);
    await equal(tenantId);
    // Either it came and is found, or its number was void by then.
    expect(await log.entry(seq)).toMatchObject({ kind: put ? 'message' : 'void' });
  });

  it('removes ghosts: of messages that are gone, of conversations that are gone, of users that never were', async () => {
    const { tenantId, ids } = await aTenant();
    const tenant = scope(tenantId);
    await followAll(tenantId);
    const [removed, purged, lively] = ids as [string, string, string];
    const TableName = tableName();
    await documents.delete({ TableName, Key: { ...MessageEntity.key(tenant, { conversationId: removed, seq: 3 }) } });
    const { seq } = (await logOf(tenant, purged).head())!;
    for (let each = 1; each <= seq; each++)
      await documents.delete({
        TableName,
        Key: { ...MessageEntity.key(tenant, { conversationId: purged, seq: each }) },
      });
    await documents.delete({ TableName, Key: { ...HeadEntity.key(tenant, purged) } });
    await documents.delete({ TableName, Key: { pk: `T#${tenantId}#CONVERSATIONS`, sk: purged } });
    const ahead = { kind: 'message', tenant: tenantId, conversation: lively, seq: 40, sum: 1 };
    await writeDocuments([
      {
        id: `${tenantId}/u/mallory`,
        tenant: tenantId,
        version: 1,
        document: { kind: 'user', tenant: tenantId, user: 'mallory', names: 'm', sum: 1 },
      },
      {
        id: `${tenantId}/${messageIdOf(lively, 40)}`,
        tenant: tenantId,
        conversation: lively,
        version: 1,
        document: ahead as never,
      },
    ]);
    expect((await reconcileSearch(tenant, at(HOUR)))?.counts).toMatchObject({ missing: 0, stale: 0, ghosts: 8 });
    await equal(tenantId);
    // What stood at a number not taken yet does not stand in the way of the message that comes.
    for (let n = 6; n <= 40; n++) await sendText(logOf(tenant, lively), `late ${n}`);
    await reconcileSearch(tenant, at(HOUR));
    await equal(tenantId);
  });

  it('leaves alone what is younger than what it has read', async () => {
    const { tenantId, ids } = await aTenant();
    const tenant = scope(tenantId);
    await followAll(tenantId);
    const stop = new AbortController();
    const sending = (async () => {
      for (let n = 0; !stop.signal.aborted; n++) {
        await sendText(logOf(tenant, ids[n % 3]!), `young ${n}`);
        await followAll(tenantId);
      }
    })();
    for (let round = 0; round < 4; round++)
      expect((await reconcileSearch(tenant, at(0)))?.counts).toMatchObject({ ghosts: 0 });
    stop.abort();
    await sending;
    await equal(tenantId);
  });

  it('goes on where it stopped, and is one at a time', async () => {
    const { tenantId } = await aTenant();
    const tenant = scope(tenantId);
    let calls = 0;
    const short = () => ({ now: () => Date.now(), until: Date.now() - 1, pause: 0 });
    while (!(await reconcileSearch(tenant, short()))?.ended) calls += 1;
    expect(calls).toBe(1);
    await equal(tenantId);
    expect(await reconcileSearch(tenant, { ...at(0), pause: HOUR })).toBeUndefined();
    const both = await Promise.all([reconcileSearch(tenant, at(0)), reconcileSearch(tenant, at(0))]);
    expect(both.filter((done) => done)).toHaveLength(1);
  });
});
