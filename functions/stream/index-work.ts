import * as z from 'zod';
import { conversationWrites } from '#indexing/conversation-writes.ts';
import { lazily } from '#indexing/lazy-tenants.ts';
import { placedMessageWrites } from '#indexing/message-writes.ts';
import { type IndexResult, type IndexWrite, writeDocuments } from '#indexing/write-documents.ts';
import type { Result } from '#runtime/consumer.ts';
import { count, measure } from '#runtime/metrics.ts';
import { scope } from '#table/entity.ts';
import type { IndexChange } from './index-change.ts';

/** What a change came to before it was written: its document, or why it has none. */
type Made = IndexWrite | { readonly rejected: string };

/** The documents of some changes of one tenant, in their order: everything that is looked up, at once. */
async function makeTogether(tenantId: string, changes: readonly IndexChange[]): Promise<IndexWrite[]> {
  const tenant = scope(tenantId);
  const messages = changes.flatMap((change) => ('message' in change ? [change.message] : []));
  const conversationIds = new Set(
    changes.flatMap((change) => ('conversationId' in change ? [change.conversationId] : [])),
  );
  const [ofMessages, ofConversations] = await Promise.all([
    placedMessageWrites(tenant, messages),
    conversationWrites(tenant, [...conversationIds], Date.now()),
  ]);
  const byConversation = new Map(ofConversations.map((write) => [write.conversation, write]));
  let next = 0;
  return changes.map((change) => {
    if ('write' in change) return change.write;
    return 'message' in change ? ofMessages[next++]! : byConversation.get(change.conversationId)!;
  });
}

/** The same, one by one where something cannot be read: what is wrong with one thing is no matter of the others. */
async function make(tenantId: string, changes: readonly IndexChange[]): Promise<Made[]> {
  try {
    return await makeTogether(tenantId, changes);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    if (changes.length === 1) return [{ rejected: z.prettifyError(error) }];
    const made: Made[] = [];
    for (const change of changes) made.push(...(await make(tenantId, [change])));
    return made;
  }
}

const COUNTED = { indexed: 'indexed', superseded: 'superseded' } as const;

/** Counts what became of a document, and how long after its change it was written. */
function note(result: IndexResult, { at }: IndexChange, now: number): Result {
  if (typeof result !== 'string') {
    if ('rejected' in result) count('rejected');
    return result;
  }
  count(COUNTED[result]);
  if (result === 'indexed') measure('indexLag', Math.max(0, now - at));
  return 'done';
}

/** Brings the changes of a batch into the index, and tells what became of each. */
export async function applyToIndex(all: readonly IndexChange[]): Promise<Result[]> {
  const results = new Map<IndexChange, Result>();
  const wanted = await lazily(new Set(all.map(({ tenantId }) => tenantId)));
  const byTenant = Map.groupBy(all, ({ tenantId }) => tenantId);
  const writes: { readonly change: IndexChange; readonly write: IndexWrite }[] = [];
  for (const [tenantId, changes] of byTenant) {
    if (!wanted.has(tenantId)) continue;
    const made = await make(tenantId, changes);
    for (const [place, change] of changes.entries()) {
      const write = made[place]!;
      if ('rejected' in write) results.set(change, note(write, change, 0));
      else writes.push({ change, write });
    }
  }
  const written = await writeDocuments(writes.map(({ write }) => write));
  const now = Date.now();
  for (const [place, { change }] of writes.entries()) results.set(change, note(written[place]!, change, now));
  return all.map((change) => results.get(change) ?? 'done');
}
