import { describe, expect, it, vi } from 'vitest';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import { MAX_BATCH } from '#contract/imports.ts';
import { MAX_DEPTH } from '#contract/thread.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { conversationIdOfImport } from '#table/import.ts';
import { findStanding, storeBatch } from '#table/import-batch.ts';
import { findThreads } from '#table/import-threads.ts';
import { findThreadMember } from '#table/thread-member.ts';
import { call } from '#test/support/call.ts';
import { headOf, logOf, look, newImportId, send, start, tenant } from '#test/support/imports.ts';
import { useTable } from '#test/support/table.ts';
import { aCrew, as, expectExactThread } from '#test/support/threads.ts';

vi.mock('#gateways/signing-key.ts', () => ({ signingKey: async () => Buffer.alloc(32, 7) }));
useTable();

const in_ = (batch: number, index: number) => ({ batch, index });
const said = (senderId: string, over: object = {}) => ({
  senderId,
  text: `by ${senderId}`,
  sentAt: '2018-11-05T19:30:43.000Z',
  ...over,
});

/** An import that has started, of a crew of its own, with a way to the messages by their numbers. */
async function anImport(size = 4) {
  const crew = aCrew(size) as [string, string, string, string];
  const importId = newImportId();
  expect((await start(importId, { participants: crew })).status).toBe(201);
  const conversationId = conversationIdOfImport(tenant, importId);
  const id = (seq: number) => messageIdOf(conversationId, seq);
  const standing = (root: number, userId: string) => findThreadMember(tenant, { conversationId, root }, userId);
  return { crew, importId, conversationId, id, standing };
}

describe('imported replies', () => {
  it('are in the threads of this batch and of earlier ones as live ones are: list, count, participants, unread', async () => {
    const { crew, importId, conversationId, id, standing } = await anImport();
    const [ada, bob, cleo, dan] = crew;
    const first = [said(ada), said(ada), said(bob, { parent: in_(0, 0) }), said(ada, { parent: in_(0, 2) })];
    expect((await send(importId, 0, first)).status).toBe(201);
    await expectExactThread(conversationId, 1, crew);
    const second = [
      said(dan),
      said(cleo, { parent: in_(0, 3) }),
      said(bob, { parent: in_(0, 1), replyTo: in_(0, 0) }),
      said(bob, { parent: in_(0, 0) }),
      said(dan, { parent: in_(1, 0) }),
    ];
    expect((await send(importId, 1, second)).status).toBe(201);
    for (const root of [1, 2, 5]) await expectExactThread(conversationId, root, crew);

    const shown = async (seq: number) => (await as.get(dan, id(seq))).body;
    expect((await shown(1))['thread']).toMatchObject({
      rootId: id(1),
      depth: 0,
      summary: { replyCount: 4, participantCount: 3, participants: [bob, cleo, ada], lastReplyId: id(8), version: 4 },
    });
    expect((await shown(6))['thread']).toEqual({ rootId: id(1), parentId: id(4), depth: 3, summary: null });
    expect(await shown(7)).toMatchObject({
      replyTo: { id: id(1), senderId: ada },
      thread: { rootId: id(2), parentId: id(2), depth: 1 },
    });
    const listed = await as.list(dan, { messageId: id(1) });
    expect((listed.body['items'] as { id: string }[]).map((one) => one.id)).toEqual([3, 4, 6, 8].map(id));

    // By hand: bob's and cleo's after ada's own last; everything for dan, who has said nothing in it.
    const unread = async (userId: string) => (await as.thread(userId, id(1))).body['mine'];
    expect(await unread(ada)).toMatchObject({ subscription: 'following', reason: 'author', unreadCount: 2 });
    expect(await unread(dan)).toMatchObject({ subscription: 'none', reason: null, unreadCount: 4 });
    await as.read(dan, id(1), 4);
    expect(await unread(dan)).toMatchObject({ readSeq: 4, unreadCount: 2 });

    expect(await standing(1, bob)).toMatchObject({ state: 'following', reason: 'replied', replied: true });
    expect(await standing(5, dan)).toMatchObject({ state: 'following', reason: 'replied', replied: true });
    const mine = (await as.threads(bob)).body['items'] as { root: { id: string } }[];
    expect(JSON.stringify(mine)).toContain(id(1));
    expect(mine).toHaveLength(2);
  });

  it('leave alone who has muted the thread, and go on under what was deleted meanwhile', async () => {
    const { crew, importId, conversationId, id, standing } = await anImport();
    const [ada, bob, cleo] = crew;
    await send(importId, 0, [said(ada), said(bob, { parent: in_(0, 0) })]);
    await as.subscribe(bob, id(1), 'muted');
    await as.subscribe(cleo, id(1), 'muted');
    await as.subscribe(ada, id(1), 'none');
    expect((await as.remove(ada, id(1))).status).toBe(200);
    expect((await as.remove(bob, id(2))).status).toBe(200);
    const seq = (await headOf(importId)).seq;
    const next = [
      said(cleo, { parent: in_(0, 1), replyTo: in_(0, 1) }),
      said(bob, { parent: in_(0, 0) }),
      said(ada, { parent: in_(0, 0) }),
    ];
    expect((await send(importId, 1, next)).body).toMatchObject({ firstSeq: seq + 1 });
    await expectExactThread(conversationId, 1, crew);
    expect(await standing(1, bob)).toMatchObject({ state: 'muted', replied: true });
    expect(await standing(1, cleo)).toMatchObject({ state: 'muted', replied: true });
    expect(await standing(1, ada)).toMatchObject({ state: 'following', reason: 'replied', replied: true });
  });

  it('are stored once, however often and whenever a batch is repeated, and another parent is another batch', async () => {
    const { crew, importId, conversationId, id } = await anImport();
    const [ada, bob] = crew;
    const batches = [
      [said(ada), said(bob, { parent: in_(0, 0) })],
      [said(bob, { parent: in_(0, 1) }), said(bob, { replyTo: in_(0, 0) })],
    ];
    for (const [number, batch] of batches.entries()) {
      const atOnce = await Promise.all(Array.from({ length: 4 }, () => send(importId, number, batch)));
      expect(atOnce.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
    }
    const before = await logOf(importId);
    await as.remove(bob, id(2));
    await as.restore(bob, id(2));
    for (const [number, batch] of batches.entries()) expect((await send(importId, number, batch)).status).toBe(200);
    const others = [
      [said(bob, { parent: in_(0, 0) }), batches[1]![1]!],
      [said(bob), batches[1]![1]!],
      [batches[1]![0]!, said(bob, { replyTo: in_(0, 1) })],
    ];
    for (const batch of others)
      expect(await send(importId, 1, batch)).toMatchObject({ status: 409, body: { code: 'import.conflict' } });
    // The two changes of the reply are entries of their own.
    expect(await logOf(importId)).toHaveLength(before.length + 2);
    await expectExactThread(conversationId, 1, crew);
  });

  it('store nothing when one names what is not there, is too deep, or does not fit', async () => {
    const { crew, importId, conversationId } = await anImport();
    const [ada, bob] = crew;
    const chain = Array.from({ length: MAX_DEPTH + 1 }, (_, index) =>
      said(ada, index === 0 ? {} : { parent: in_(0, index - 1) }),
    );
    expect((await send(importId, 0, chain)).status).toBe(201);
    // What was said here lies right after the batch, and is none of the import's.
    expect((await as.say(bob, conversationId)).body['seq']).toBe(MAX_DEPTH + 2);
    const before = { log: await logOf(importId), head: await headOf(importId), state: (await look(importId)).body };
    const tooMany = Math.ceil(MAX_BATCH / 5);
    const refused: [object[], string][] = [
      [[said(bob, { parent: in_(0, MAX_DEPTH) })], 'thread.too_deep'],
      [[said(bob), said(bob, { parent: in_(0, MAX_DEPTH + 1) })], 'import.message_unknown'],
      [[said(bob), said(bob, { parent: in_(2, 0) })], 'import.message_unknown'],
      [[said(bob), said(bob, { parent: in_(1, 1) })], 'import.message_unknown'],
      [[said(bob), said(bob, { replyTo: in_(1, 2) })], 'import.message_unknown'],
      [Array.from({ length: tooMany }, () => said(bob, { parent: in_(0, 0) })), 'request.invalid'],
    ];
    for (const [batch, code] of refused)
      expect((await send(importId, 1, batch)).body, JSON.stringify(batch)).toMatchObject({ code });
    expect({ log: await logOf(importId), head: await headOf(importId), state: (await look(importId)).body }).toEqual(
      before,
    );
    await expectExactThread(conversationId, 1, crew);
  });

  it('fit into one transaction where each is in a thread of its own, by a user of its own, and no root was written in it', async () => {
    const { crew, importId, conversationId } = await anImport(40);
    const most = Math.floor(MAX_BATCH / 5);
    const roots = crew.slice(0, most).map((userId) => said(userId));
    const replies = roots.map((_, index) => said(crew[most + index]!, { parent: in_(0, index) }));
    const reacted = said(crew[0], {
      reactions: [{ emoji: '👍', userIds: crew.slice(0, MAX_BATCH - 5 * most - 1) }],
    });
    expect((await send(importId, 0, roots)).status).toBe(201);
    expect((await send(importId, 1, [...replies, reacted])).status).toBe(201);
    for (const root of [1, most]) await expectExactThread(conversationId, root, crew.slice(0, 2));
  });
});

describe('live replies to the same root meanwhile', () => {
  it('are all counted, and nothing is stored of a batch that met one', async () => {
    const { crew, importId, conversationId } = await anImport();
    const [ada, bob, cleo] = crew;
    await send(importId, 0, [said(ada), said(bob, { parent: in_(0, 0) })]);
    const at = Date.now();
    const batch = [said(cleo, { parent: in_(0, 1) })];
    const { head } = await findStanding(tenant, { importId, batch: 1 });
    const given = { messages: batch, at };
    const stale = await findThreads(tenant, { importId, batch: 1, firstSeq: head!.seq + 1, ...given });
    // Deleting takes a number, too: the head is read again, so that only the thread has moved.
    expect((await as.remove(bob, messageIdOf(conversationId, 2))).status).toBe(200);
    const now = (await findStanding(tenant, { importId, batch: 1 })).head!;
    const moved = { ...stale, positions: [{ ...stale.positions[0]!, seq: now.seq + 1 }] };
    const before = await logOf(importId);
    const stored = storeBatch(tenant, { importId, batch: 1 }, { head: now, hash: 'h', named: moved, ...given });
    expect(await stored).toBeUndefined();
    expect(await logOf(importId)).toEqual(before);
    expect((await send(importId, 1, batch)).status).toBe(201);
    await expectExactThread(conversationId, 1, crew);
  });

  it('keep summary, list and participants exact whoever comes first', async () => {
    for (let round = 0; round < 6; round++) {
      const { crew, importId, conversationId, id } = await anImport();
      const [ada, bob, cleo, dan] = crew;
      // In every other round the thread begins with whoever is first.
      await send(importId, 0, round % 2 ? [said(ada)] : [said(ada), said(bob, { parent: in_(0, 0) })]);
      const bring = async () => {
        for (let number = 1; number <= 4; number++) {
          const parent = number === 1 ? in_(0, 0) : in_(number - 1, 0);
          const batch = [
            said(cleo, { parent }),
            said(bob, { parent: in_(0, 0) }),
            said(dan, { replyTo: in_(number, 0) }),
          ];
          let reply = await send(importId, number, batch);
          while (reply.status === 503) reply = await send(importId, number, batch);
          expect(reply.status).toBe(201);
        }
      };
      const talk = async (userId: string) => {
        for (let turn = 0; turn < 4; turn++) expect((await as.reply(userId, id(1))).status).toBe(201);
      };
      await Promise.all([bring(), talk(cleo), talk(dan)]);
      await expectExactThread(conversationId, 1, crew);
      const { body } = await call(messages, api.messages.getMessage, { messageId: id(1) }, { userId: ada });
      expect(body['thread']).toMatchObject({ summary: { replyCount: 16 + (round % 2 ? 0 : 1), participantCount: 3 } });
    }
  });
});
