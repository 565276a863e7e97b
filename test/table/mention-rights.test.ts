import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import { handler } from '#functions/api/messages/messages.lambda.ts';
import { scope } from '#table/entity.ts';
import { MemberCountEntity } from '#table/member-count.ts';
import { tableName } from '#table/table-name.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aGroup } from '#test/support/conversations.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const tenant = scope('acme');
const { sendMessage, editMessage } = api.messages;
let conversationId: string;
beforeEach(async () => {
  conversationId = await aGroup(tenant, ['ada', 'bob', 'carol']);
});

const text = (words: string) => ({ type: 'text', text: words });
const send = (body: unknown, extra: Record<string, unknown> = {}, options: CallOptions = {}) =>
  call(handler, sendMessage, { conversationId, body, ...extra }, options);
const edit = (messageId: unknown, version: number, body: unknown, extra = {}, options: CallOptions = {}) =>
  call(handler, editMessage, { messageId: String(messageId), version, body, ...extra }, options);

describe('mentions', () => {
  it('are of members, or of all', async () => {
    expect(await send(text('hi'), { mentions: { userIds: ['bob', 'mallory'] } })).toMatchObject({
      status: 409,
      body: { code: 'message.mention_unknown', userIds: ['mallory'] },
    });
    expect(await send(text('hi'), { mentions: { all: true } }, { userId: 'bob' })).toMatchObject({
      status: 201,
      body: { mentions: { userIds: [], all: true } },
    });
  });

  it('of all are refused to members of a large conversation, on sending and on editing', async () => {
    const { body } = await send(text('hi'), {}, { userId: 'bob' });
    const count = (members: number) =>
      documents.put({
        TableName: tableName(),
        Item: MemberCountEntity.toItem(tenant, conversationId, { members, owners: 1 }),
      });
    const forbidden = { status: 403, body: { code: 'message.mention_all_forbidden', mostMembers: 100 } };
    const all = { mentions: { all: true } };
    await count(101);
    expect(await send(text('hi'), all, { userId: 'bob' })).toMatchObject(forbidden);
    expect(await edit(body['id'], 1, text('hi'), all, { userId: 'bob' })).toMatchObject(forbidden);
    expect(await send(text('hi'), all, { userId: 'ada' })).toMatchObject({ status: 201 });
    await count(100);
    expect(await edit(body['id'], 1, text('hi'), all, { userId: 'bob' })).toMatchObject({ status: 200 });
  });
});
