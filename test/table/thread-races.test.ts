import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { api } from '#contract/api.ts';
import { Event } from '#contract/events.ts';
import { messageIdOf } from '#contract/ids.ts';
import type { Message } from '#contract/messages.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { call } from '#test/support/call.ts';
import { someClientId } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { afterEvents, aRoot, as, expectExactThread } from '#test/support/threads.ts';

/** What the sockets were told. */
const told: Event[] = [];
vi.mock(import('#delivery/announce.ts'), async (original) => {
  const { announce, ...rest } = await original();
  return {
    ...rest,
    announce: (tenantKey, audience, of, events) => {
      told.push(...events.map((event) => Event.parse(event)));
      return announce(tenantKey, audience, of, events);
    },
  };
});

useTable();
useSigningKey();

const history = async (userId: string, conversationId: string): Promise<Message[]> => {
  const input = { conversationId, limit: 100 };
  const { body } = await call(messages, api.messages.listMessages, input, { userId });
  return body['items'] as Message[];
};

/** Of one version of a thread one thing is told, by whoever tells it. */
const expectOneTale = (): void => {
  const versions = new Map<string, unknown>();
  for (const event of told) {
    if ((event.type !== 'thread:created' && event.type !== 'thread:updated') || !event.summary) continue;
    const { version } = event.summary;
    const key = `${event.rootId} ${version}`;
    expect(event.summary, `version ${version}`).toEqual(versions.get(key) ?? event.summary);
    versions.set(key, event.summary);
  }
};

describe('a thread under races', () => {
  it('counts every reply once and every author once, all at the same time', async () => {
    const { crew, conversationId, rootId, root } = await aRoot(6);
    const replies = await Promise.all(
      crew.flatMap((userId) => {
        const clientId = someClientId();
        const once = () => as.reply(userId, rootId, 'once', clientId);
        return [once(), once(), as.reply(userId, rootId, 'and again')];
      }),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 201]));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(12);
    const { body } = await as.thread(crew[0]!, rootId);
    expect(body['summary']).toMatchObject({ replyCount: 12, participantCount: 6, version: 12 });
    await expectExactThread(conversationId, root, crew);
  });

  it('is told as it was stored, also by the second of two attempts at one change', async () => {
    for (let run = 0; run < 12; run++) {
      const { crew, conversationId, rootId, root } = await aRoot(3);
      const { body } = await as.reply(crew[1]!, rootId);
      told.length = 0;
      const operation = someClientId();
      const remove = () => as.remove(crew[1]!, String(body['id']), operation);
      await Promise.all([remove(), as.reply(crew[0]!, rootId), remove(), as.reply(crew[2]!, rootId), remove()]);
      expectOneTale();
      await expectExactThread(conversationId, root, crew);
    }
  });

  it('says what its log says, whoever replies, deletes, restores and reads at once; events make it the same', async () => {
    const does = fc.record({
      user: fc.nat({ max: 3 }),
      what: fc.constantFrom('reply', 'reply', 'nest', 'delete', 'restore', 'read', 'follow'),
      which: fc.nat({ max: 5 }),
      twice: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(does, { minLength: 3, maxLength: 10 }), async (wishes) => {
        const { crew, conversationId, rootId, root } = await aRoot();
        const before = await Promise.all([0, 1, 2].map((index) => as.reply(crew[index]!, rootId)));
        await as.remove(crew[1]!, String(before[1]!.body['id']));
        const snapshot = await history(crew[0]!, conversationId);
        told.length = 0;
        const idOf = (which: number) => messageIdOf(conversationId, root + 1 + (which % 3));
        const replies = await Promise.all(
          wishes.flatMap(({ user, what, which, twice }) => {
            const [by, operation, id] = [crew[user]!, someClientId(), idOf(which)];
            const one = () => {
              if (what === 'reply') return as.reply(by, rootId, 'race', operation);
              if (what === 'nest') return as.reply(by, id, 'race', operation);
              if (what === 'delete') return as.remove(by, id, operation);
              if (what === 'restore') return as.restore(by, id, operation);
              if (what === 'read') return as.read(by, rootId, root + 1 + which);
              return as.subscribe(by, rootId, which % 2 === 0 ? 'none' : 'muted');
            };
            return twice ? [one(), one()] : [one()];
          }),
        );
        // Others' replies are not theirs to delete, and what is deleted is not answered.
        for (const { status } of replies) expect([200, 201, 400, 403, 409]).toContain(status);
        await expectExactThread(conversationId, root, crew);
        const after = await history(crew[0]!, conversationId);
        expectOneTale();
        const known = afterEvents(snapshot, told);
        for (const message of after) expect(known.get(message.id)).toEqual(message);
      }),
      { numRuns: 20 },
    );
  });
});
