import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import { handler as participants } from '#functions/api/participants/participants.lambda.ts';
import { handler as receipts } from '#functions/api/receipts/receipts.lambda.ts';
import { handler as settings } from '#functions/api/settings/settings.lambda.ts';
import { handler } from '#functions/api/sync/sync.lambda.ts';
import { scope } from '#table/entity.ts';
import { keyOfClientId } from '#table/log/client-id-key.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { sayLongAgo } from '#test/support/aged-log.ts';
import { call } from '#test/support/call.ts';
import { aGroup, sendText, someClientId } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const tenant = scope('acme');
let conversationId: string;
let users = 0;
/** Each test has users of its own: what they are in is told. */
let [ada, bob] = ['ada', 'bob'];

const events = async (userId: string, after: number, limit = 100, of = conversationId) =>
  (await call(handler, api.sync.listEvents, { conversationId: of, after, limit }, { userId })).body as unknown as {
    events: { type: string; seq: number }[];
    seq: number;
    more: boolean;
    reset: boolean;
    code?: string;
  };
const sync = async (userId: string, since?: string) =>
  (await call(handler, api.sync.getSync, since === undefined ? {} : { since }, { userId })).body as unknown as {
    changed: { conversationId: string; seq: number }[];
    conversationIds: string[] | null;
    cursor: string;
    code?: string;
  };
const typesOf = (told: Awaited<ReturnType<typeof events>>) => told.events.map(({ type, seq }) => `${seq} ${type}`);
const say = (text: string, author = ada) => sendText(logOf(tenant, conversationId), text, { author });

beforeEach(async () => {
  users += 1;
  [ada, bob] = [`ada-${users}`, `bob-${users}`];
  conversationId = await aGroup(tenant, [ada, bob]);
});

describe('GET /conversations/{id}/events', () => {
  it('tells what followed a number, page by page, to members alone', async () => {
    for (const text of ['two', 'three', 'four']) await say(text);
    const first = await events(bob, 1, 2);
    expect(typesOf(first)).toEqual(['2 message:created', '3 message:created']);
    expect(first).toMatchObject({ seq: 3, more: true, reset: false });
    expect(await events(bob, 3, 2)).toMatchObject({ events: [{ seq: 4 }], seq: 4, more: false });
    expect(await events(bob, 4)).toEqual({ events: [], seq: 4, more: false, reset: false });
    expect((await events('eve', 0)).code).toBe('conversation.not_found');
  });

  it('stops before a number that is only being written, and fills one that nobody writes any more', async () => {
    const log = logOf(tenant, conversationId);
    const takeAndDie = (age: number) =>
      log.take({ key: keyOfClientId(ada, someClientId()), at: Date.now() - age }, { floorBelow: Date.now() });
    await takeAndDie(60_000);
    await sayLongAgo(tenant, conversationId, 50_000);
    await takeAndDie(0);
    await say('five');
    const told = await events(bob, 1);
    expect(typesOf(told)).toEqual(['3 message:created']);
    expect(told).toMatchObject({ seq: 3, more: false });
    expect(await log.entry(2)).toMatchObject({ kind: 'void' });
    await log.put(4, { u: ada, b: { type: 'text', text: 'late' }, a: Date.now(), v: 1 });
    expect(typesOf(await events(bob, 3))).toEqual(['4 message:created', '5 message:created']);
  });

  it('leaves out what its reader has hidden, and nobody else has', async () => {
    await say('two');
    await say('three');
    await call(receipts, api.receipts.hideMessage, { messageId: messageIdOf(conversationId, 2) }, { userId: bob });
    expect(typesOf(await events(bob, 1))).toEqual(['3 message:created']);
    expect(typesOf(await events(ada, 1))).toEqual(['2 message:created', '3 message:created']);
  });

  it('says reset for a cursor of another log, and from before what one may see', async () => {
    await say('two');
    expect(await events(bob, 3)).toEqual({ events: [], seq: 2, more: false, reset: true });
    await call(
      settings,
      api.settings.updateSettings,
      { conversationId, version: 1, history: 'since_joined' },
      { userId: ada },
    );
    const remove = { conversationId, userId: bob };
    await call(participants, api.participants.removeParticipant, remove, { userId: ada });
    expect((await events(bob, 2)).code).toBe('conversation.not_found');
    const { handler: conversations } = await import('#functions/api/conversations/conversations.lambda.ts');
    const added = { conversationId, userIds: [bob] };
    await call(conversations, api.conversations.addParticipants, added, { userId: ada });
    expect(await events(bob, 2)).toEqual({ events: [], seq: 5, more: false, reset: true });
    expect(typesOf(await events(bob, 0))).toEqual(['5 participant:added']);
    expect(typesOf(await events(bob, 4))).toEqual(['5 participant:added']);
  });
});

describe('GET /sync', () => {
  it('tells all at first, then what has moved, and everything one is in when that has changed', async () => {
    const { changed, conversationIds, cursor } = await sync(bob);
    expect(changed).toEqual([{ conversationId, seq: 1 }]);
    expect(conversationIds).toEqual([conversationId]);
    const other = await aGroup(tenant, [ada, bob]);
    await say('two');
    const next = await sync(bob, cursor);
    expect(next.changed).toEqual(
      expect.arrayContaining([
        { conversationId, seq: 2 },
        { conversationId: other, seq: 1 },
      ]),
    );
    expect(next.conversationIds?.toSorted()).toEqual([conversationId, other].toSorted());
    expect((await sync(bob, next.cursor)).conversationIds).toBeNull();
    await call(participants, api.participants.leaveConversation, { conversationId: other }, { userId: bob });
    expect((await sync(bob, next.cursor)).conversationIds).toEqual([conversationId]);
  });

  it('takes no cursor but one’s own', async () => {
    const { cursor } = await sync(bob);
    expect((await sync(ada, cursor)).code).toBe('request.cursor_invalid');
    expect((await sync(bob, `${cursor}x`)).code).toBe('request.cursor_invalid');
    const foreign = await call(handler, api.sync.getSync, { since: cursor }, { userId: bob, tenantId: 'other' });
    expect(foreign).toMatchObject({ status: 400, body: { code: 'request.cursor_invalid' } });
  });
});
