import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { MySettings } from '#contract/member-settings.ts';
import { MOST_RECIPIENTS, type PublishedEvent } from '#contract/published-events.ts';
import { NOTIFY_ALL_MEMBERS } from '#domain/notification.ts';
import { blockUser } from '#table/block.ts';
import { scope, tenantIdOf } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { MemberEntity } from '#table/member.ts';
import { MemberCountEntity } from '#table/member-count.ts';
import type { StoredMessage } from '#table/message.ts';
import { tableName } from '#table/table-name.ts';
import { subscribe } from '#table/thread-member.ts';
import { moveDelivered, moveRead, putMySettings } from '#table/watermark.ts';
import { aGroup, sendText } from '#test/support/conversations.ts';
import { lettersOf, useBus } from '#test/support/hooks.ts';
import { useTable } from '#test/support/table.ts';
import { handler } from '../../functions/hooks/notify.lambda.ts';

useTable();
const bus = useBus();
const tenant = scope('acme');
const AT = Date.UTC(2026, 10, 21, 9, 30);

const say = async (conversationId: string, author = 'ada', text = 'Good morning.') =>
  (await sendText(logOf(tenant, conversationId), text, { author })).seq;
/** Puts a message at the next number, whatever it is. */
const put = async (conversationId: string, stored: Partial<StoredMessage>) => {
  const seq = await say(conversationId);
  await documents.put({
    TableName: tableName(),
    Item: {
      ...(
        await documents.get({
          TableName: tableName(),
          Key: { pk: `${tenant}#L#${conversationId}`, sk: `M#${String(seq).padStart(15, '0')}` },
        })
      ).Item!,
      ...stored,
    },
  });
  return seq;
};
const look = (conversationId: string, first: number, last = first) =>
  handler(lettersOf({ tenant: tenantIdOf(tenant), conversationId, first, last }));

type Due = Extract<PublishedEvent, { type: 'notification.due' }>['detail'];
const due = (): Due[] => bus.said().map(({ detail }) => detail as Due);
const told = (): string[] => due().flatMap(({ recipients }) => recipients.map(({ userId }) => userId));

describe('a notification is due', () => {
  it('to members none of whose devices has acknowledged the message, by ids alone', async () => {
    const conversationId = await aGroup(tenant, ['ada', 'bob', 'cleo', 'dora']);
    const [first, last] = [await say(conversationId), await say(conversationId)];
    await moveDelivered(tenant, { conversationId, userId: 'bob' }, last);
    await moveRead(tenant, { conversationId, userId: 'cleo' }, { seq: first });
    expect(await look(conversationId, first, last)).toEqual({ batchItemFailures: [] });
    expect(due()).toEqual([
      {
        tenant: 'acme',
        conversationId,
        seq: last,
        messageId: `msg_${conversationId.slice(4)}_${last}`,
        senderId: 'ada',
        kind: 'text',
        part: 0,
        recipients: [
          { userId: 'cleo', collapseKey: expect.any(String), messages: 1, mentioned: false },
          { userId: 'dora', collapseKey: expect.any(String), messages: 2, mentioned: false },
        ],
        at: expect.any(String),
      },
    ]);
    expect(JSON.stringify(due())).not.toContain('Good morning');
  });

  it('with the same key for a user and conversation, and another for any other', async () => {
    const [one, other] = [await aGroup(tenant), await aGroup(tenant)];
    await look(one, await say(one));
    await look(one, await say(one));
    await look(other, await say(other));
    const [first, again, elsewhere] = due().map(({ recipients }) => recipients[0]!.collapseKey);
    expect(again).toBe(first);
    expect(elsewhere).not.toBe(first);
  });

  it('once more, the same, when a letter comes twice', async () => {
    const conversationId = await aGroup(tenant);
    const seq = await say(conversationId);
    await look(conversationId, seq);
    await look(conversationId, seq);
    const [first, again] = bus.said();
    expect(again).toEqual(first);
  });

  it('to nobody for what was deleted meanwhile, what the server says, and what was imported', async () => {
    const conversationId = await aGroup(tenant);
    const deleted = await put(conversationId, { b: { type: 'deleted' } });
    const imported = await put(conversationId, { s: AT });
    await look(conversationId, 1, Math.max(deleted, imported));
    expect(due()).toEqual([]);
  });

  it('to nobody of a conversation that is not there', async () => {
    await look(`cnv_${'z'.repeat(22)}`, 1, 2);
    expect(due()).toEqual([]);
  });

  it('says who is mentioned, and tells those who hear of nothing else', async () => {
    const conversationId = await aGroup(tenant, ['ada', 'bob', 'cleo', 'dora']);
    const only = MySettings.parse({ notify: 'mentions' });
    for (const userId of ['bob', 'cleo']) await putMySettings(tenant, { conversationId, userId }, only);
    const seq = await put(conversationId, { m: { u: ['bob'] } });
    await look(conversationId, seq);
    expect(due()[0]!.recipients.map(({ userId, mentioned }) => [userId, mentioned])).toEqual([
      ['bob', true],
      ['dora', false],
    ]);
  });

  it('to nobody who has muted the conversation, as long as the mute lasts', async () => {
    const conversationId = await aGroup(tenant, ['ada', 'bob', 'cleo']);
    const mute = (userId: string, mutedUntil: string) =>
      putMySettings(tenant, { conversationId, userId }, MySettings.parse({ muted: true, mutedUntil }));
    await mute('bob', '2100-01-01T00:00:00.000Z');
    await mute('cleo', '2020-01-01T00:00:00.000Z');
    await look(conversationId, await say(conversationId));
    expect(told()).toEqual(['cleo']);
  });

  it('to nobody who has blocked the sender, and to them for what others say', async () => {
    const conversationId = await aGroup(tenant, ['ada', 'eve', 'cleo']);
    await blockUser(tenant, { userId: 'eve', blockedId: 'ada' }, AT);
    const first = await say(conversationId, 'ada');
    await look(conversationId, first);
    expect(told()).toEqual(['cleo']);
    const last = await say(conversationId, 'cleo');
    await look(conversationId, first, last);
    expect(due()[1]!.recipients).toMatchObject([
      { userId: 'ada', messages: 1 },
      { userId: 'eve', messages: 1 },
    ]);
  });

  it('to nobody who has muted the thread, unless a reply in it mentions them', async () => {
    const conversationId = await aGroup(tenant, ['ada', 'bob', 'cleo']);
    const root = await say(conversationId);
    await subscribe(tenant, { conversationId, root }, 'bob', 'muted', AT);
    const place = { t: { r: root, p: [] } };
    await look(conversationId, await put(conversationId, place));
    expect(told()).toEqual(['cleo']);
    await look(conversationId, await put(conversationId, { ...place, m: { u: ['bob'] } }));
    expect(due()[1]!.recipients.map(({ userId }) => userId)).toEqual(['bob', 'cleo']);
    await look(conversationId, await say(conversationId));
    expect(due()[2]!.recipients.map(({ userId }) => userId)).toEqual(['bob', 'cleo']);
  });

  it('in a large conversation to those alone who are mentioned by name', async () => {
    const conversationId = await aGroup(tenant, ['ada', 'bob', 'cleo']);
    await documents.put({
      TableName: tableName(),
      Item: MemberCountEntity.toItem(tenant, conversationId, { members: NOTIFY_ALL_MEMBERS + 1, owners: 1 }),
    });
    await look(conversationId, await put(conversationId, { m: { u: ['cleo', 'nobody'], a: true } }));
    expect(told()).toEqual(['cleo']);
  });

  it('in events of a hundred members each, nobody left out and nobody twice', async () => {
    const conversationId = await aGroup(tenant);
    const others = Array.from({ length: 230 }, (_, index) => `user-${String(index).padStart(3, '0')}`);
    const items = others.map((userId) =>
      MemberEntity.toItem(
        tenant,
        { userId, conversationId, role: 'member', joinedAt: AT, joinedSeq: 1, addedBy: 'ada' },
        AT,
      ),
    );
    for (let from = 0; from < items.length; from += 100)
      await documents.transactWrite(
        items.slice(from, from + 100).map((Item) => ({ Put: { TableName: tableName(), Item } })),
      );
    await look(conversationId, await say(conversationId));
    expect(told()).toEqual(['bob', ...others]);
    expect(due().map(({ part }) => part)).toEqual([0, 1, 2]);
    for (const { recipients } of due()) expect(recipients.length).toBeLessThanOrEqual(MOST_RECIPIENTS);
  });
});

describe('the queue', () => {
  it('gathers what belongs to one conversation', async () => {
    const conversationId = await aGroup(tenant);
    const [first, last] = [await say(conversationId), await say(conversationId)];
    const letter = (seq: number) => ({ tenant: 'acme', conversationId, first: seq, last: seq });
    await handler(lettersOf(letter(first), letter(last)));
    expect(due()).toMatchObject([{ seq: last, recipients: [{ userId: 'bob', messages: 2 }] }]);
  });

  it('gets back what cannot be read, and a conversation that could not be told, and no other', async () => {
    const [bad, good] = [await aGroup(tenant), await aGroup(tenant)];
    bus.refusing(({ Detail }) => (Detail!.includes(bad) ? 'InternalFailure' : undefined));
    const letter = async (conversationId: string) => {
      const seq = await say(conversationId);
      return { tenant: 'acme', conversationId, first: seq, last: seq };
    };
    const reply = await handler(lettersOf('{', await letter(bad), await letter(good), await letter(bad)));
    expect(reply.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
      'letter-0',
      'letter-1',
      'letter-3',
    ]);
    expect(due()).toMatchObject([{ conversationId: good }]);
  });
});
