import './engine.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transport } from '#aws/transport.ts';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as reactions } from '#functions/api/reactions/reactions.lambda.ts';
import { beginReindexOf } from '#indexing/begin-reindex.ts';
import { workOn } from '#indexing/reindex.ts';
import { tidyIndices } from '#indexing/tidy-indices.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { findReindex, holderOf, type Reindex } from '#table/reindex.ts';
import { askReindex } from '#table/reindex-run.ts';
import { indexState } from '#table/search-index.ts';
import { call } from '#test/support/call.ts';
import { aGroup, Killed, sendText } from '#test/support/conversations.ts';
import { follow, followAll, freshIndices, heldOf, useIndices, wantedOf } from '#test/support/search-index.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { aTenantId, engine } from './engine.ts';

useTable();
useSigningKey();
useIndices();

const again = async (run: Reindex) => (await findReindex(holderOf(run), run.id))!;

/** A tenant with two conversations, of which the index knows all. */
async function aTenant(texts: number): Promise<{ tenantId: string; ids: string[] }> {
  const tenantId = aTenantId();
  const ids = [await aGroup(scope(tenantId)), await aGroup(scope(tenantId))];
  for (const id of ids) for (let n = 1; n <= texts; n++) await sendText(logOf(scope(tenantId), id), `engine ${n}`);
  await followAll(tenantId);
  return { tenantId, ids };
}

const real = transport.send;
/** Does some work in a process that dies at its `request`th request: before it is sent, or once it was answered. */
async function dyingAt<T>(request: number, when: 'before' | 'after', work: () => Promise<T>): Promise<T | undefined> {
  let requests = 0;
  transport.send = async (url, sent) => {
    requests += 1;
    if (requests > request || (requests === request && when === 'before')) throw new Killed('killed');
    const answer = await real(url, sent);
    if (requests >= request) throw new Killed('killed');
    return answer;
  };
  try {
    return await work();
  } catch (error) {
    const causes = [error, (error as Error).cause, ((error as Error).cause as Error | undefined)?.cause];
    if (!causes.some((cause) => cause instanceof Killed) && !/killed|not take|does not answer/.test(String(error)))
      throw error;
    return undefined;
  } finally {
    transport.send = real;
  }
}

const isOurs = (name: string, first: number): boolean => {
  const number = Number(name.slice('search-v2-'.length));
  return number >= first && number < first + 10;
};

/** The time of the next call: whoever had it before is taken for dead. */
let ahead = 0;
const later = () => {
  ahead += 600_000;
  return { now: () => Date.now() + ahead, until: Date.now() + ahead + 60_000 };
};

describe('a reindex of everything', () => {
  it('while messages are sent, edited, deleted and reacted to: none fails, none is missing, a search misses nothing', async () => {
    const { tenantId, ids } = await aTenant(30);
    const tenant = scope(tenantId);
    const [id] = ids as [string];
    let over = false;
    const replies: number[] = [];
    const writing = async (userId: string, from: number) => {
      for (let n = from; !over; n += 4) {
        const options = { tenantId, userId };
        const sent = await call(
          messages,
          api.messages.sendMessage,
          { conversationId: id, body: { type: 'text', text: `new ${n}` } },
          options,
        );
        const { seq, id: messageId } = sent.body as { seq: number; id: string };
        const kind = n % 3;
        const changed =
          kind === 0
            ? await call(
                messages,
                api.messages.editMessage,
                { messageId, version: 1, body: { type: 'text', text: `edited ${n}` } },
                options,
              )
            : kind === 1
              ? await call(messages, api.messages.deleteMessage, { messageId }, options)
              : sent;
        replies.push(sent.status, changed.status);
        if (n < 8) {
          const old = { messageId: messageIdOf(id, 2 + n), emoji: '👍' };
          replies.push((await call(reactions, api.reactions.addReaction, old, options)).status);
          await follow(tenant, id, 2 + n);
        }
        await follow(tenant, id, seq);
      }
    };
    /** Searches as readers do: by the state that is up to five seconds old, in the index that it names. */
    const looks: number[] = [];
    const looking = async () => {
      while (!over) {
        const { live } = await indexState(Date.now());
        const { hits } = (await engine('POST', `/${live.name}/_search`, {
          query: { bool: { filter: [{ term: { conversation: ids[1]! } }, { term: { kind: 'message' } }] } },
          size: 0,
        })) as { hits: { total: { value: number } } };
        looks.push(hits.total.value);
      }
    };
    await engine('POST', `/${(await indexState()).live.name}/_refresh`);
    const side = [writing('ada', 0), writing('bob', 1), looking()];
    const run = (await beginReindexOf({ scope: 'everything' }, Date.now()))!;
    expect(await workOn(run, { now: Date.now, until: Date.now() + 60_000 })).toBe('ended');
    over = true;
    await Promise.all(side);
    expect(new Set(replies)).toEqual(new Set([201, 200]));
    expect(new Set(looks)).toEqual(new Set([30]));
    const { live, kept } = await indexState();
    expect(await again(run)).toMatchObject({ status: 'done', errors: 0 });
    for (const { name } of [live, kept!]) expect(await heldOf(name, tenantId)).toEqual(await wantedOf(tenantId));
  });

  it('whatever is asked of it, and whenever it dies: ends in a state that answers and equals the table', async () => {
    const aStep = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('work' as const),
          request: fc.integer({ min: 1, max: 45 }),
          when: fc.constantFrom('before' as const, 'after' as const),
        }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('send' as const) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('ask' as const),
          action: fc.constantFrom('pause' as const, 'resume' as const, 'cancel' as const, 'rollback' as const),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { minLength: 2, maxLength: 7 }), fc.boolean(), async (steps, undone) => {
        await freshIndices();
        const { tenantId, ids } = await aTenant(2);
        const tenant = scope(tenantId);
        const run = (await beginReindexOf({ scope: 'everything' }, Date.now()))!;
        const first = await indexState();
        for (const step of steps) {
          if (step.kind === 'work') await dyingAt(step.request, step.when, () => workOn(run, later()));
          else if (step.kind === 'ask') await askReindex(await again(run), step.action);
          else {
            const { seq } = (await sendText(logOf(tenant, ids[0]!), 'meanwhile')) as { seq: number };
            await follow(tenant, ids[0]!, seq);
          }
        }
        // In the end somebody lets it go on, and nobody dies.
        if (undone && (await again(run)).status === 'done') await askReindex(await again(run), 'rollback');
        for (let tries = 0; ; tries++) {
          const now = await again(run);
          if (now.status !== 'running' && now.wanted === undefined && now.endedAt !== undefined) break;
          if (tries > 4) throw new Error(`it does not end: ${JSON.stringify(now)}`);
          await askReindex(now, 'resume');
          await workOn(run, later());
        }
        const { status } = await again(run);
        const state = await indexState();
        expect(state.building).toBeUndefined();
        expect(state.live.name === first.live.name).toBe(status !== 'done');
        for (const index of [state.live, ...(state.kept ? [state.kept] : [])])
          expect(await heldOf(index.name, tenantId)).toEqual(await wantedOf(tenantId));
        // Other tests' indices have the alias too, until one of theirs takes it.
        const named = Object.keys(await engine('GET', '/_alias/search')).filter((name) => isOurs(name, first.last));
        expect(named).toEqual([state.live.name]);
        // Nothing is left behind but what is in use.
        await tidyIndices(later().now(), 90);
        const left = Object.keys(await engine('GET', '/search-v2-*')).filter((name) => isOurs(name, first.last));
        expect(left.sort()).toEqual([state.live.name, ...(state.kept ? [state.kept.name] : [])].sort());
      }),
      { numRuns: 6 },
    );
  });
});
