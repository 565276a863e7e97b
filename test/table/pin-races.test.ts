import fc from 'fast-check';
import { expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import type { Event } from '#contract/events.ts';
import { MOST_PINS } from '#domain/pins.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { call } from '#test/support/call.ts';
import { denseLog, sendText, someClientId } from '#test/support/conversations.ts';
import { aPinnable, order, pin, pins, unpin } from '#test/support/pins.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
const tenant = scope('acme');
const sockets = useSockets(tenant);

/** Messages of several authors, since a minute allows each of them only so many. */
const someMessages = async (conversationId: string, count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const { seq } = await sendText(logOf(tenant, conversationId), `m${index}`);
    ids.push(`msg_${conversationId.slice(4)}_${seq}`);
  }
  return ids;
};

const moved = (ids: readonly string[], named: readonly string[]): string[] => [
  ...named.filter((id) => ids.includes(id)),
  ...ids.filter((id) => !named.includes(id)),
];

/** The order of pins that a client has who started from nothing and heard every event. */
const reduced = (events: readonly Event[]): { version: number; ids: string[] } => {
  const logged = events.filter((event) => 'seq' in event && event.seq !== undefined) as (Event & { seq: number })[];
  const once = [...new Map(logged.map((event) => [event.seq, event])).values()].sort((a, b) => a.seq - b.seq);
  let state = { version: 0, ids: [] as string[] };
  for (const event of once) {
    if (event.type === 'pin:added')
      state = { version: event.seq, ids: [event.messageId, ...state.ids.filter((id) => id !== event.messageId)] };
    if (event.type === 'pin:removed')
      state = { version: event.seq, ids: state.ids.filter((id) => id !== event.messageId) };
    if (event.type === 'pin:moved') state = { version: event.seq, ids: moved(state.ids, event.messageIds) };
    if (event.type === 'message:deleted') state = { ...state, ids: state.ids.filter((id) => id !== event.messageId) };
  }
  return state;
};

it('are at most fifty, whoever pins at once; deleted messages make room', async () => {
  const conversationId = await aPinnable();
  const ids = await someMessages(conversationId, MOST_PINS + 4);
  for (const id of ids.slice(0, MOST_PINS - 2)) expect(await pin(id)).toMatchObject({ status: 200 });
  const replies = await Promise.all(ids.slice(MOST_PINS - 2).map((id) => pin(id)));
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(2);
  expect(replies.filter(({ body }) => body['code'] === 'pin.too_many')).toHaveLength(4);
  expect((await pins(conversationId)).items).toHaveLength(MOST_PINS);
  const before = (await logOf(tenant, conversationId).head())?.seq;
  const rest = ids.slice(MOST_PINS - 2).filter((_, index) => replies[index]!.status !== 200);
  expect(await pin(rest[0]!)).toMatchObject({ status: 409, body: { code: 'pin.too_many', most: MOST_PINS } });
  expect((await logOf(tenant, conversationId).head())?.seq).toBe(before);
  await call(messages, api.messages.deleteMessage, { messageId: ids[0]! });
  const again = await Promise.all(rest.map((id) => pin(id)));
  expect(again.filter(({ status }) => status === 200)).toHaveLength(1);
  expect((await pins(conversationId)).items).toHaveLength(MOST_PINS);
  await denseLog(logOf(tenant, conversationId));
});

it('come in the order of the log, whoever was first to write', async () => {
  await sockets.connect('bob');
  for (let round = 0; round < 6; round++) {
    const conversationId = await aPinnable();
    sockets.posts.length = 0;
    const replies = await Promise.all((await someMessages(conversationId, 8)).map((id) => pin(id)));
    expect(replies.map(({ status }) => status)).toEqual(Array(8).fill(200));
    const shown = await pins(conversationId);
    const heard = sockets.posts.flatMap(({ frame }) => frame.events) as Event[];
    expect(reduced(heard)).toEqual({ version: shown.version, ids: shown.items.map((item) => item.message.id) });
  }
});

it('are for everybody what the events say, whoever pins, unpins, orders, deletes and restores at once', async () => {
  const does = fc.record({
    message: fc.nat({ max: 3 }),
    what: fc.constantFrom('pin', 'pin', 'pin', 'unpin', 'order', 'delete', 'restore'),
    twice: fc.boolean(),
  });
  await sockets.connect('carol');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(does, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
      async (waves) => {
        const conversationId = await aPinnable();
        sockets.posts.length = 0;
        const ids = await someMessages(conversationId, 4);
        for (const wave of waves) {
          const { version } = await pins(conversationId);
          const replies = await Promise.all(
            wave.flatMap(({ message, what, twice }) => {
              const messageId = ids[message]!;
              const options = { headers: { 'Idempotency-Key': someClientId() } };
              const one = () => {
                if (what === 'pin') return pin(messageId, options);
                if (what === 'unpin') return unpin(messageId, options);
                if (what === 'order') return order(conversationId, Math.max(1, version), [messageId], options);
                const { deleteMessage, restoreMessage } = api.messages;
                return call(messages, what === 'delete' ? deleteMessage : restoreMessage, { messageId }, options);
              };
              return twice ? [one(), one()] : [one()];
            }),
          );
          for (const { status } of replies) expect([200, 404, 409]).toContain(status);
          const shown = await pins(conversationId);
          const heard = sockets.posts.flatMap(({ frame }) => frame.events) as Event[];
          expect(reduced(heard)).toEqual({ version: shown.version, ids: shown.items.map((item) => item.message.id) });
        }
        await denseLog(logOf(tenant, conversationId));
      },
    ),
    { numRuns: 25 },
  );
});
