import { beforeEach, describe, expect, it, vi } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import type { Event } from '#contract/events.ts';
import type { Message } from '#contract/messages.ts';
import { handler } from '#functions/api/messages/messages.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { findReadable } from '#table/media-link.ts';
import { MemberEntity } from '#table/member.ts';
import { tableName } from '#table/table-name.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aGroup, denseLog, someClientId } from '#test/support/conversations.ts';
import { readyMedia } from '#test/support/media.ts';
import { useTable } from '#test/support/table.ts';

const { told } = vi.hoisted(() => ({ told: [] as { where: string; events: readonly Event[] }[] }));
vi.mock('#delivery/announce.ts', () => ({
  announce: async (_: unknown, __: unknown, where: string, events: readonly Event[]) =>
    void told.push({ where, events }),
}));
useTable();

const tenant = scope('acme');
const { sendMessage, editMessage, deleteMessage, forwardMessage } = api.messages;
let [from, to, other]: string[] = [];

interface Results {
  readonly results: readonly { status: string; message: Message | null; code: string | null }[];
}

/** Each test has users of its own: one may send sixty messages a minute. */
let [ada, bob, dora]: string[] = [];
let tests = 0;
beforeEach(async () => {
  tests += 1;
  [ada, bob, dora] = ['ada', 'bob', 'dora'].map((name) => (name === 'ada' ? 'ada' : `${name}-${tests}`));
  from = await aGroup(tenant, [bob!, ada!]);
  to = await aGroup(tenant, [bob!, dora!]);
  other = await aGroup(tenant, [bob!, dora!]);
  told.length = 0;
});

const send = async (conversationId: string, body: unknown, userId: string, extra = {}): Promise<Message> =>
  (await call(handler, sendMessage, { conversationId, body, ...extra }, { userId })).body as unknown as Message;
const text = (words: string) => ({ type: 'text', text: words });
const forward = async (messageId: string, targets: readonly unknown[], options: CallOptions = { userId: bob! }) =>
  call(handler, forwardMessage, { messageId, targets }, options);
const at = (conversationId: string | undefined, clientId = someClientId()) => ({ conversationId, clientId });
const messagesIn = async (conversationId: string) =>
  (await denseLog(logOf(tenant, conversationId))).filter(({ kind }) => kind === 'message').length - 1;

describe('a forwarded message', () => {
  it('is a copy in each target, by whoever forwards it, that says where it comes from', async () => {
    const original = await send(from!, text('look'), ada!);
    const reply = await forward(original.id, [at(to), at(other)]);
    expect(reply).toMatchObject({ status: 200, body: { results: [{ status: 'forwarded' }, { status: 'forwarded' }] } });
    const { results } = reply.body as unknown as Results;
    expect(results[0]?.message).toMatchObject({
      conversationId: to,
      senderId: bob,
      body: text('look'),
      replyTo: null,
      mentions: null,
      forwardedFrom: {
        conversationId: from,
        messageId: original.id,
        senderId: ada,
        createdAt: original.createdAt,
      },
    });
    expect(told.filter(({ events }) => events[0]?.type === 'message:created').map(({ where }) => where)).toEqual(
      expect.arrayContaining([from, to, other]),
    );
  });

  it('keeps its first origin when it is forwarded again', async () => {
    const original = await send(from!, text('look'), ada!);
    const first = (await forward(original.id, [at(to)])).body as unknown as Results;
    const again = await forward(first.results[0]!.message!.id, [at(other)], { userId: dora! });
    const { results } = again.body as unknown as Results;
    expect(results[0]?.message).toMatchObject({
      senderId: dora,
      forwardedFrom: { messageId: original.id, senderId: ada },
    });
  });

  it('is never edited, but deleted by its sender', async () => {
    const original = await send(from!, text('look'), bob!);
    const { results } = (await forward(original.id, [at(to)])).body as unknown as Results;
    const messageId = results[0]!.message!.id;
    const change = { messageId, version: 1, body: text('other') };
    expect(await call(handler, editMessage, change, { userId: bob! })).toMatchObject({
      status: 409,
      body: { code: 'message.not_editable' },
    });
    expect(await call(handler, deleteMessage, { messageId }, { userId: bob! })).toMatchObject({
      status: 200,
      body: { forwardedFrom: null },
    });
  });

  it('brings its media along: members of the target may read them', async () => {
    const [picture, file] = [await readyMedia(tenant), await readyMedia(tenant, 'application/pdf')];
    const original = await send(from!, { type: 'image', mediaId: picture }, ada!, { attachments: [file] });
    expect(await findReadable(tenant, picture, dora!, Date.now())).toBeUndefined();
    const { results } = (await forward(original.id, [at(to)])).body as unknown as Results;
    expect(results[0]?.message).toMatchObject({ attachments: [file] });
    for (const media of [picture, file]) expect(await findReadable(tenant, media, dora!, Date.now())).toBeDefined();
  });

  it('is stored once for each client id, also after the original was edited, deleted or left behind', async () => {
    const original = await send(from!, text('look'), ada!);
    const targets = [at(to), at(other)];
    const first = await forward(original.id, targets);
    await call(handler, editMessage, { messageId: original.id, version: 1, body: text('changed') }, { userId: ada! });
    expect((await forward(original.id, targets)).body).toEqual(first.body);
    await call(handler, deleteMessage, { messageId: original.id }, { userId: ada! });
    expect((await forward(original.id, targets)).body).toEqual(first.body);
    const Key = MemberEntity.key(tenant, { conversationId: from!, userId: bob! });
    await documents.delete({ TableName: tableName(), Key });
    expect((await forward(original.id, targets)).body).toEqual(first.body);
    expect(await forward(original.id, [at(to)])).toMatchObject({ status: 404, body: { code: 'message.not_found' } });
    expect([await messagesIn(to!), await messagesIn(other!)]).toEqual([1, 1]);
  });

  it('shows a live location as the place it is now', async () => {
    const liveUntil = new Date(Date.now() + 60_000).toISOString();
    const original = await send(from!, { type: 'location', lat: 1, lon: 2, liveUntil }, ada!);
    const { results } = (await forward(original.id, [at(to)])).body as unknown as Results;
    expect(results[0]?.message?.body).toEqual({ type: 'location', lat: 1, lon: 2 });
  });
});

describe('what is not forwarded', () => {
  it('is what one may not read, what is deleted, and what the server said', async () => {
    const original = await send(from!, text('secret'), ada!);
    const hidden = await forward(original.id, [at(to)], { userId: dora! });
    expect(hidden).toMatchObject({ status: 404, body: { code: 'message.not_found' } });
    const system = original.id.replace(/_2$/, '_1');
    expect(await forward(system, [at(to)])).toMatchObject({ status: 409, body: { code: 'message.not_forwardable' } });
    await call(handler, deleteMessage, { messageId: original.id }, { userId: ada! });
    expect(await forward(original.id, [at(to)])).toMatchObject({ body: { code: 'message.not_forwardable' } });
    expect(await messagesIn(to!)).toBe(0);
  });

  it('is reported target by target; the others have it', async () => {
    const original = await send(from!, text('look'), ada!);
    const foreign = await aGroup(tenant, [dora!]);
    const reply = await forward(original.id, [at(foreign), at(to)]);
    expect(reply.body).toMatchObject({
      results: [
        { conversationId: foreign, status: 'refused', message: null, code: 'conversation.not_found' },
        { conversationId: to, status: 'forwarded', code: null },
      ],
    });
    expect(await forward(original.id, [at(to), at(to)])).toMatchObject({ status: 400 });
  });
});
