import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import type { Event } from '#contract/events.ts';
import { handler as participants } from '#functions/api/participants/participants.lambda.ts';
import { handler as sync } from '#functions/api/sync/sync.lambda.ts';
import { pauseConnection, socketsOf } from '#table/connection.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { call } from '#test/support/call.ts';
import { aGroup, sendText } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useSockets } from '#test/support/sockets.ts';
import { speaker } from '#test/support/speaking.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const tenant = scope('acme');
const { posts, connect } = useSockets(tenant);
const speak = speaker(posts);
let users = 0;
let [ada, bob] = ['ada', 'bob'];
let conversationId: string;

const resume = (conversations: Record<string, number>, since?: string, userId = bob) =>
  speak(userId, { action: 'resume', id: 'r', conversations, ...(since === undefined ? {} : { since }) });
const say = (text: string, of = conversationId, author = ada) => sendText(logOf(tenant, of), text, { author });
const typesOf = (events: readonly Event[]) =>
  events.map((event) => ('seq' in event ? `${event.seq} ${event.type}` : event.type));
const cursorOf = (events: readonly Event[]) => (events.at(-1) as { cursor: string }).cursor;

beforeEach(async () => {
  users += 1;
  [ada, bob] = [`ada-${users}`, `bob-${users}`];
  conversationId = await aGroup(tenant, [ada, bob]);
  await connect(bob);
});

describe('resume', () => {
  it('tells what was missed, conversation by conversation, and where else something happened', async () => {
    const cursor = cursorOf(await resume({}));
    const [second, third] = [await aGroup(tenant, [ada, bob]), await aGroup(tenant, [ada, bob])];
    await say('two');
    await say('three');
    await say('two', second);
    const told = await resume({ [second]: 1, [conversationId]: 1 }, cursor);
    expect(typesOf(told)).toEqual([
      '2 message:created',
      '2 sync:at',
      '2 message:created',
      '3 message:created',
      '3 sync:at',
      'sync:changed',
      'sync:resumed',
    ]);
    expect(told[0]).toMatchObject({ conversationId: second });
    expect(told.at(-2)).toEqual({ type: 'sync:changed', conversations: [{ conversationId: third, seq: 1 }] });
    expect(told.at(-1)).toMatchObject({ id: 'r', memberships: 'changed' });
    expect((await resume({ [conversationId]: 3 }, cursorOf(told))).at(-1)).toMatchObject({ memberships: 'same' });
  });

  it('says which conversations were left, never what is in them', async () => {
    const foreign = await aGroup(tenant, [ada]);
    await say('secret', foreign);
    const gone = await aGroup(tenant, [ada, bob]);
    await call(participants, api.participants.leaveConversation, { conversationId: gone }, { userId: bob });
    const told = await resume({ [foreign]: 0, [gone]: 1, [conversationId]: 1 });
    expect(told.slice(0, 2)).toEqual([
      { type: 'sync:at', conversationId, seq: 1 },
      { type: 'sync:left', conversationIds: [foreign, gone] },
    ]);
  });

  it('shares one answer among all, and each goes on where it stopped', async () => {
    const others = await Promise.all([1, 2].map(() => aGroup(tenant, [ada, bob])));
    const all = [conversationId, ...others];
    for (const [index, of] of all.entries())
      for (let count = 0; count < 12 * (index + 1); count++) await say('x'.repeat(9_000), of);
    const heard = new Map(all.map((of): [string, number[]] => [of, []]));
    let cursors: Record<string, number> = Object.fromEntries(all.map((of) => [of, 1]));
    for (let round = 0; Object.keys(cursors).length > 0; round++) {
      expect(round).toBeLessThan(12);
      const told = await resume(cursors);
      expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(300_000);
      cursors = {};
      for (const event of told) {
        if (event.type === 'message:created') heard.get(event.conversationId)!.push(event.seq);
        if (event.type === 'sync:more') cursors[event.conversationId] = event.seq;
      }
    }
    for (const [index, of] of all.entries())
      expect(heard.get(of)).toEqual(Array.from({ length: 12 * (index + 1) }, (_, count) => count + 2));
  });

  it('answers a cursor of another log with a reset, and an event larger than a frame with a pointer', async () => {
    await say('€'.repeat(15_000));
    const told = await resume({ [conversationId]: 1 });
    expect(typesOf(told)).toEqual(['2 sync:pointer', '2 sync:at', 'sync:resumed']);
    expect(typesOf(await resume({ [conversationId]: 7 }))).toEqual(['2 sync:reset', 'sync:resumed']);
    const fetched = await call(sync, api.sync.listEvents, { conversationId, after: 1, limit: 1 }, { userId: bob });
    expect(fetched.body).toMatchObject({ events: [{ type: 'message:created', seq: 2 }] });
  });

  it('ends a pause', async () => {
    await pauseConnection(tenant, bob, `${bob}=`);
    expect(await socketsOf(tenant, [bob], Date.now())).toEqual([]);
    await resume({});
    expect(await socketsOf(tenant, [bob], Date.now())).toMatchObject([{ connectionId: `${bob}=` }]);
  });

  it('refuses somebody else’s cursor, by name, and reads nothing for it', async () => {
    await connect(ada);
    const cursor = cursorOf(await resume({}));
    expect(await resume({ [conversationId]: 0 }, cursor, ada)).toMatchObject([
      { type: 'sync:error', id: 'r', status: 400, code: 'request.cursor_invalid' },
    ]);
  });
});

describe('a ping', () => {
  it('with a cursor is answered with what has moved since, and a new one', async () => {
    const cursor = cursorOf(await resume({}));
    await say('two');
    const told = await speak(bob, { action: 'ping', id: 'p', since: cursor });
    expect(told).toMatchObject([
      { type: 'sync:changed', conversations: [{ conversationId, seq: 2 }] },
      { type: 'sync:pong', id: 'p', memberships: 'same', cursor: expect.any(String) },
    ]);
    await aGroup(tenant, [ada, bob]);
    const next = await speak(bob, { action: 'ping', since: cursorOf(told) });
    expect(next.at(-1)).toMatchObject({ type: 'sync:pong', id: null, memberships: 'changed' });
  });
});
