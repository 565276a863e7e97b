import { randomInt } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import * as z from 'zod';
import { ENV } from '#contract/environment.ts';
import { conversationWrites } from '#indexing/conversation-writes.ts';
import { writesNow } from '#indexing/key-writes.ts';
import { messageWrites } from '#indexing/message-writes.ts';
import { userWrite } from '#indexing/user-writes.ts';
import { writeDocuments } from '#indexing/write-documents.ts';
import { scope, type TenantKey, tenantIdOf } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { listRegistered } from '#table/retention-registry.ts';
import { changeIndexState } from '#table/search-index.ts';
import { listUsers } from '#table/user.ts';
import { engine } from '../search/engine.ts';

/** Indices that nobody else on this engine has, of one shard each; all that were made of them are removed at the end. */
export function useIndices(): void {
  let first = 0;
  beforeAll(async () => {
    process.env[ENV.searchIndex] = JSON.stringify({ shards: 1 });
    first = await freshIndices();
  });
  afterAll(async () => {
    const found = Object.keys(await engine('GET', '/search-v2-*'));
    for (const name of found) {
      const number = Number(name.slice('search-v2-'.length));
      if (number >= first && number < first + ROOM) await engine('DELETE', `/${name}`);
    }
  });
}

/** Numbers of indices that one test file may use up. */
const ROOM = 1_000;

/** Begins with a live index that nobody has written to. */
export async function freshIndices(): Promise<number> {
  const number = randomInt(10, 1_000_000_000) * ROOM;
  const live = { name: `search-v2-${number}`, mapping: 2, partitions: {} };
  await changeIndexState(({ rev }) => ({ rev, last: number, live }));
  return number;
}

/** Brings what the table has of a message now into the index, as the stream does. */
export async function follow(tenant: TenantKey, conversationId: string, ...seqs: readonly number[]): Promise<void> {
  const tenantId = tenantIdOf(tenant);
  for (const seq of seqs)
    await writeDocuments(await writesNow({ kind: 'message', tenantId, conversationId, seq }, Date.now()));
}

/** The same of all that a tenant has. */
export async function followAll(tenantId: string): Promise<void> {
  const tenant = scope(tenantId);
  const { conversationIds } = await listRegistered(tenant, { after: undefined, limit: 1_000 });
  for (const id of conversationIds) {
    const log = logOf(tenant, id);
    const entries = await log.entries(1, (await log.head())?.seq ?? 0);
    const messages = entries.flatMap((entry) =>
      entry.kind === 'message' ? [{ seq: entry.seq, stored: entry.message }] : [],
    );
    await writeDocuments(await messageWrites(tenant, id, messages));
  }
  await writeDocuments(await conversationWrites(tenant, conversationIds, Date.now()));
  const { users } = await listUsers(tenant, { after: undefined, prefix: undefined, limit: 1_000 });
  await writeDocuments(users.map((user) => userWrite(tenant, user)));
}

/** By id of its document, the sum of everything that an index should hold of a tenant, as the log and the lists of the table say. */
export async function wantedOf(tenantId: string): Promise<Record<string, number>> {
  const tenant = scope(tenantId);
  const { conversationIds } = await listRegistered(tenant, { after: undefined, limit: 1_000 });
  const writes = [...(await conversationWrites(tenant, conversationIds, Date.now()))];
  for (const id of conversationIds) {
    const log = logOf(tenant, id);
    const entries = await log.entries(1, (await log.head())?.seq ?? 0);
    const messages = entries.flatMap((entry) =>
      entry.kind === 'message' ? [{ seq: entry.seq, stored: entry.message }] : [],
    );
    writes.push(...(await messageWrites(tenant, id, messages)));
  }
  const { users } = await listUsers(tenant, { after: undefined, prefix: undefined, limit: 1_000 });
  writes.push(...users.map((user) => userWrite(tenant, user)));
  return Object.fromEntries(
    writes.flatMap(({ id, document }) => (document.kind === 'gone' ? [] : [[id, document.sum] as const])),
  );
}

const Hits = z.object({
  hits: z.object({ hits: z.array(z.object({ _id: z.string(), _source: z.object({ sum: z.number() }) })) }),
});

/** What an index holds of a tenant, likewise; tombstones left out. */
export async function heldOf(name: string, tenantId: string): Promise<Record<string, number>> {
  await engine('POST', `/${name}/_refresh`);
  const answer = await engine('POST', `/${name}/_search`, {
    size: 10_000,
    query: { bool: { filter: [{ term: { tenant: tenantId } }], must_not: [{ term: { kind: 'gone' } }] } },
    _source: ['sum'],
  });
  return Object.fromEntries(Hits.parse(answer).hits.hits.map(({ _id, _source }) => [_id, _source.sum]));
}
