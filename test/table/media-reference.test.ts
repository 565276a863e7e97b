/** What shows a media is counted exactly, whoever sends, forwards, deletes, restores and purges it at once. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { Meter } from '#bench/meter.ts';
import { api } from '#contract/api.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as scheduled } from '#functions/api/scheduled/scheduled.lambda.ts';
import { handler as threads } from '#functions/api/threads/threads.lambda.ts';
import { handler as users } from '#functions/api/users/users.lambda.ts';
import { DUE_PARTS, listDue } from '#table/due.ts';
import { scope } from '#table/entity.ts';
import { MediaEntity } from '#table/media.ts';
import { release } from '#table/media-reference.ts';
import { removeSome } from '#table/purge-removal.ts';
import { TABLE } from '#table/schema.ts';
import { tableName } from '#table/table-name.ts';
import { call } from '#test/support/call.ts';
import { aGroup, someClientId } from '#test/support/conversations.ts';
import { readyMedia } from '#test/support/media.ts';
import { byHand, standingOf } from '#test/support/media-links.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

let tenants = 0;
let tenantId: string;
const tenant = () => scope(tenantId);
const as = (userId: string) => ({ tenantId, userId });
beforeEach(() => {
  tenantId = `refs-${tenants++}`;
});

const send = async (conversationId: string, mediaId: string, userId = 'ada', clientId = someClientId()) =>
  (
    await call(
      messages,
      api.messages.sendMessage,
      { conversationId, clientId, body: { type: 'image', mediaId } },
      as(userId),
    )
  ).body as { id: string };
const dueOf = async (mediaId: string) =>
  (
    await Promise.all(
      Array.from({ length: DUE_PARTS }, (_, part) =>
        listDue(part, Date.now() * 2, { after: undefined, limit: 1_000 }, 'MEDIA'),
      ),
    )
  )
    .flatMap(({ due }) => due)
    .filter(({ id, tenant: of }) => id === mediaId && of === tenant());

describe('a media', () => {
  it('is counted with the message that shows it, in the conversation’s gallery, and no longer when that is deleted', async () => {
    const group = await aGroup(tenant(), ['ada', 'bob']);
    const mediaId = await readyMedia(tenant(), 'image/jpeg', { orphanSince: 1 });
    const clientId = someClientId();
    const { id } = await send(group, mediaId, 'ada', clientId);
    await send(group, mediaId, 'ada', clientId);
    expect(await standingOf(tenant(), mediaId)).toMatchObject({ refs: 1, links: [expect.any(String)], unused: false });
    expect((await byHand(tenant(), group, mediaId)).gallery).toHaveLength(1);
    await call(messages, api.messages.deleteMessage, { messageId: id }, as('ada'));
    expect(await standingOf(tenant(), mediaId)).toEqual({ refs: 0, links: [], unused: true });
    expect((await byHand(tenant(), group, mediaId)).gallery).toEqual([]);
    expect(await dueOf(mediaId)).toHaveLength(1);
    await call(messages, api.messages.restoreMessage, { messageId: id }, as('ada'));
    expect(await standingOf(tenant(), mediaId)).toMatchObject({ refs: 1, links: [expect.any(String)], unused: false });
    expect((await byHand(tenant(), group, mediaId)).gallery).toHaveLength(1);
  });

  it('that has gone meanwhile is shown by no message, and its number is a void', async () => {
    const group = await aGroup(tenant(), ['ada', 'bob']);
    const mediaId = await readyMedia(tenant());
    const spied = documents.transactWrite;
    documents.transactWrite = async (items) => {
      documents.transactWrite = spied;
      await documents.delete({ TableName: tableName(), Key: { ...MediaEntity.key(tenant(), mediaId) } });
      return spied(items);
    };
    const reply = await call(
      messages,
      api.messages.sendMessage,
      { conversationId: group, clientId: someClientId(), body: { type: 'image', mediaId } },
      as('ada'),
    );
    documents.transactWrite = spied;
    expect(reply).toMatchObject({ status: 409, body: { code: 'message.media_unusable', mediaId } });
    expect(await standingOf(tenant(), mediaId)).toMatchObject({ refs: 0, links: [] });
  });

  it('is let go of once by two who have both read that it is shown', async () => {
    const group = await aGroup(tenant(), ['ada', 'bob']);
    const mediaId = await readyMedia(tenant());
    const { id } = await send(group, mediaId);
    // Others show it too: what is counted bears one more, so only the link can say that it is gone.
    for (let index = 0; index < 3; index++) await send(group, mediaId);
    const link = { mediaId, conversationId: group, carrier: Number(id.split('_').at(-1)) };
    const spied = documents.transactWrite;
    const first: boolean[] = [];
    documents.transactWrite = async (items) => {
      documents.transactWrite = spied;
      first.push(await release(tenant(), link, Date.now()));
      return spied(items);
    };
    const second = await release(tenant(), link, Date.now());
    expect([...first, second]).toEqual([true, false]);
    expect(await standingOf(tenant(), mediaId)).toMatchObject({ refs: 3, links: { length: 3 } });
  });

  it('of a thread’s reply and of a scheduled message is kept; a face of a user goes when another takes its place', async () => {
    const group = await aGroup(tenant(), ['ada', 'bob']);
    const mediaId = await readyMedia(tenant());
    const { id } = await send(group, mediaId);
    const reply = { messageId: id, clientId: someClientId(), body: { type: 'image', mediaId } };
    const answered = await call(threads, api.threads.replyToMessage, reply, as('ada'));
    expect((await standingOf(tenant(), mediaId)).refs).toBe(2);
    await call(messages, api.messages.deleteMessage, { messageId: String(answered.body['id']) }, as('ada'));
    expect((await standingOf(tenant(), mediaId)).refs).toBe(1);
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const asked = { conversationId: group, clientId: someClientId(), sendAt: later, body: { type: 'image', mediaId } };
    const made = await call(scheduled, api.scheduled.scheduleMessage, asked, as('ada'));
    expect((await standingOf(tenant(), mediaId)).refs).toBe(2);
    await call(scheduled, api.scheduled.cancelScheduled, { scheduledId: String(made.body['id']) }, as('ada'));
    expect((await standingOf(tenant(), mediaId)).refs).toBe(1);
    const other = await readyMedia(tenant());
    await call(users, api.users.updateMe, { version: 1, avatarMediaId: mediaId }, as('ada'));
    expect((await standingOf(tenant(), mediaId)).refs).toBe(2);
    await call(users, api.users.updateMe, { version: 2, avatarMediaId: other }, as('ada'));
    expect([(await standingOf(tenant(), mediaId)).refs, (await standingOf(tenant(), other)).refs]).toEqual([1, 1]);
    await call(users, api.users.updateMe, { version: 3, avatarMediaId: null }, as('ada'));
    expect(await standingOf(tenant(), other)).toEqual({ refs: 0, links: [], unused: true });
  });
});

it('costs seven write units more than a text: message, link, place in the gallery and count in one transaction', async () => {
  const group = await aGroup(tenant(), ['ada', 'bob']);
  const mediaId = await readyMedia(tenant());
  await send(group, mediaId);
  const meter = new Meter(DynamoDBDocumentClient.from(new DynamoDBClient({})), [TABLE.byUser]).watchFunctions();
  const sum = (found = meter.take()) => found.reduce((units, { writes }) => units + writes, 0);
  const text = { type: 'text', text: 'x' };
  await call(
    messages,
    api.messages.sendMessage,
    { conversationId: group, clientId: someClientId(), body: text },
    as('ada'),
  );
  const plain = sum();
  const { id } = await send(group, mediaId);
  expect(sum() - plain).toBe(7);
  await call(messages, api.messages.deleteMessage, { messageId: id }, as('ada'));
  expect(sum()).toBe(11);
});

describe('any interleaving', () => {
  const act = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('send' as const), room: fc.nat(1), of: fc.nat(1), by: fc.nat(1) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('forward' as const), which: fc.nat(), room: fc.nat(1), by: fc.nat(1) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'restore' as const), which: fc.nat() }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('purge' as const), room: fc.nat(1) }) },
  );

  it('leaves as many references as messages show it, and a media is unused exactly when none does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(act, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 3 }),
        async (waves) => {
          const rooms = [await aGroup(tenant(), ['ada', 'bob']), await aGroup(tenant(), ['ada', 'bob'])];
          const media = [await readyMedia(tenant()), await readyMedia(tenant())];
          const names = ['ada', 'bob'];
          const sent: { id: string; by: string }[] = [];
          // Whoever may send it: its owner, and whoever is shown it.
          sent.push({ id: (await send(rooms[0]!, media[0]!)).id, by: 'ada' });
          for (const wave of waves)
            await Promise.all(
              wave.map(async (one) => {
                if (one.kind === 'send') {
                  const { id } = await send(rooms[one.room]!, media[one.of]!, names[one.by]!);
                  if (id) sent.push({ id, by: names[one.by]! });
                } else if (one.kind === 'forward') {
                  const { id } = sent[one.which % sent.length]!;
                  const input = {
                    messageId: id,
                    targets: [{ conversationId: rooms[one.room]!, clientId: someClientId() }],
                  };
                  await call(messages, api.messages.forwardMessage, input, as(names[one.by]!));
                } else if (one.kind === 'purge') {
                  await removeSome(tenant(), rooms[one.room]!);
                } else {
                  const { id, by } = sent[one.which % sent.length]!;
                  const route = one.kind === 'delete' ? api.messages.deleteMessage : api.messages.restoreMessage;
                  await call(messages, route, { messageId: id }, as(by));
                }
              }),
            );
          for (const mediaId of media) {
            const hands = await Promise.all(rooms.map((room) => byHand(tenant(), room, mediaId)));
            const carried = hands.flatMap(({ links }) => links).sort();
            const { refs, links, unused } = await standingOf(tenant(), mediaId);
            expect(links).toEqual(carried);
            expect(refs).toBe(carried.length);
            expect(hands.flatMap(({ gallery }) => gallery).sort()).toEqual(carried);
            // It was shown, and is not now: only then it is on the list of what may go.
            expect(unused).toBe(refs === 0 && (await dueOf(mediaId)).length > 0);
          }
        },
      ),
      { numRuns: Number(process.env['PARLEY_RUNS'] ?? 12), endOnFailure: true },
    );
  });

  it('of many who let go of one at once counts each once', async () => {
    const group = await aGroup(tenant(), ['ada', 'bob']);
    const mediaId = await readyMedia(tenant());
    const sent = [];
    for (let index = 0; index < 5; index++) sent.push((await send(group, mediaId)).id);
    const seqs = sent.map((id) => Number(id.split('_').at(-1)));
    const twice = [...seqs, ...seqs];
    const done = await Promise.all(
      twice.map((carrier) => release(tenant(), { mediaId, conversationId: group, carrier }, Date.now())),
    );
    expect(done.filter(Boolean)).toHaveLength(5);
    expect(await standingOf(tenant(), mediaId)).toEqual({ refs: 0, links: [], unused: true });
  });
});
