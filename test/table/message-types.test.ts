import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import { DEFAULT_RULES } from '#contract/tenant.ts';
import { handler } from '#functions/api/messages/messages.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { findReadable } from '#table/media-link.ts';
import { MemberEntity } from '#table/member.ts';
import { tableName } from '#table/table-name.ts';
import { storeSettings } from '#table/tenant-settings.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aGroup, denseLog, someClientId } from '#test/support/conversations.ts';
import { readyMedia } from '#test/support/media.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const tenant = scope('acme');
const { sendMessage, getMessage, editMessage, deleteMessage, restoreMessage, listVersions } = api.messages;
const HOUR = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();
let conversationId: string;

beforeAll(() =>
  storeSettings(tenant, {
    version: 1,
    before: DEFAULT_RULES,
    after: {
      ...DEFAULT_RULES,
      limits: { ...DEFAULT_RULES.limits, messagesPerMinute: 6_000, messageBurst: 6_000, textLength: 50 },
      content: {
        types: DEFAULT_RULES.content.types.filter((type) => type !== 'audio'),
        customNames: ['chess.move'],
        emojis: [],
      },
    },
    by: 'ada',
    at: Date.now(),
  }),
);
beforeEach(async () => {
  conversationId = await aGroup(tenant, ['ada', 'bob', 'carol']);
});

const send = (body: unknown, extra: Record<string, unknown> = {}, options: CallOptions = {}) =>
  call(handler, sendMessage, { conversationId, body, ...extra }, options);
const edit = (messageId: unknown, version: number, body: unknown, extra = {}, options: CallOptions = {}) =>
  call(handler, editMessage, { messageId: String(messageId), version, body, ...extra }, options);
const text = (words: string) => ({ type: 'text', text: words });
const become = (userId: string, role: 'guest' | 'member') =>
  documents.put({
    TableName: tableName(),
    Item: MemberEntity.toItem(
      tenant,
      { userId, conversationId, role, joinedAt: Date.now(), joinedSeq: 1, addedBy: 'ada' },
      Date.now(),
    ),
  });

describe('a message of any type', () => {
  it('is stored and read as it was sent', async () => {
    const [picture, film, paper] = [
      await readyMedia(tenant),
      await readyMedia(tenant, 'video/mp4'),
      await readyMedia(tenant, 'application/pdf'),
    ];
    const bodies = [
      { type: 'image', mediaId: picture },
      { type: 'video', mediaId: film, caption: 'Looms' },
      { type: 'file', mediaId: paper, name: 'notes.pdf' },
      { type: 'file', mediaId: film },
      { type: 'location', lat: -33.86, lon: 151.2094, accuracy: 5.5, label: 'Quay' },
      { type: 'contact', name: 'Ada', phones: ['+44 20'], emails: ['ada@example.com'], userId: 'ada' },
      {
        type: 'custom',
        name: 'chess.move',
        data: { from: 'e2', clock: [300, 1e-100, Number.MIN_SAFE_INTEGER], deep: { a: null } },
        text: 'e4',
      },
    ];
    for (const body of bodies) {
      const sent = await send(body);
      expect(sent).toMatchObject({ status: 201, body: { body, attachments: [], mentions: null, replyTo: null } });
      const read = await call(handler, getMessage, { messageId: sent.body['id'] }, { userId: 'bob' });
      expect(read.body).toEqual(sent.body);
    }
    await denseLog(logOf(tenant, conversationId));
  });

  it('is refused when the tenant does not take its type or name', async () => {
    const sound = await readyMedia(tenant, 'audio/ogg');
    const forbidden = { status: 403, body: { code: 'message.type_forbidden' } };
    expect(await send({ type: 'audio', mediaId: sound })).toMatchObject(forbidden);
    expect(await send({ type: 'custom', name: 'go.move', data: {} })).toMatchObject(forbidden);
    expect((await logOf(tenant, conversationId).head())?.seq).toBe(1);
  });

  it('carries only media of its kind that its sender may use', async () => {
    const film = await readyMedia(tenant, 'video/mp4');
    const waiting = await readyMedia(tenant, 'image/png', { state: 'processing' });
    const unusable = (mediaId: string) => ({ status: 409, body: { code: 'message.media_unusable', mediaId } });
    expect(await send({ type: 'image', mediaId: film })).toMatchObject(unusable(film));
    expect(await send({ type: 'image', mediaId: waiting })).toMatchObject(unusable(waiting));
    expect(await send({ type: 'file', mediaId: film }, {}, { userId: 'bob' })).toMatchObject(unusable(film));
    expect(await findReadable(tenant, film, 'bob', Date.now())).toBeUndefined();
  });
});

describe('attachments', () => {
  it('come with any type, become readable to the members, and are part of what is sent once', async () => {
    const files = [await readyMedia(tenant), await readyMedia(tenant, 'application/pdf')];
    const clientId = someClientId();
    const sent = await send(text('see here'), { clientId, attachments: files });
    expect(sent).toMatchObject({ status: 201, body: { attachments: files } });
    expect(await send(text('see here'), { clientId, attachments: files })).toMatchObject({
      status: 200,
      body: sent.body,
    });
    expect(await send(text('see here'), { clientId, attachments: [files[0]] })).toMatchObject({
      body: { code: 'message.client_id_reused' },
    });
    for (const file of files) {
      expect(await findReadable(tenant, file, 'bob', Date.now())).toBeDefined();
      expect(await findReadable(tenant, file, 'mallory', Date.now())).toBeUndefined();
    }
    // What one may read one may pass on.
    expect(await send(text('again'), { attachments: files }, { userId: 'bob' })).toMatchObject({ status: 201 });
  });

  it('are all refused for one that may not be used, and links none', async () => {
    const [good, foreign] = [await readyMedia(tenant), await readyMedia(tenant, 'image/png', { ownerId: 'dora' })];
    expect(await send(text('see'), { attachments: [good, foreign] })).toMatchObject({
      status: 409,
      body: { code: 'message.media_unusable', mediaId: foreign },
    });
    expect(await findReadable(tenant, good, 'bob', Date.now())).toBeUndefined();
  });

  it('go with a deletion, and come back with it', async () => {
    const file = await readyMedia(tenant);
    const { body } = await send(text('see'), { attachments: [file], mentions: { userIds: ['bob'] } });
    const messageId = body['id'];
    expect((await call(handler, deleteMessage, { messageId })).body).toMatchObject({ attachments: [], mentions: null });
    expect((await call(handler, restoreMessage, { messageId })).body).toMatchObject({
      attachments: [file],
      mentions: { userIds: ['bob'], all: false },
    });
  });
});

describe('a reply', () => {
  it('names the message it answers and who sent that', async () => {
    const first = await send(text('question'));
    const id = String(first.body['id']);
    const reply = await send(text('answer'), { replyTo: id }, { userId: 'bob' });
    expect(reply).toMatchObject({ status: 201, body: { replyTo: { id, senderId: 'ada' } } });
  });

  it('answers nothing that is deleted, missing, elsewhere or not to be read', async () => {
    const refused = { status: 409, body: { code: 'message.reply_unusable' } };
    const { body } = await send(text('question'));
    const id = String(body['id']);
    const elsewhere = await aGroup(tenant, ['ada', 'bob']);
    expect(await send(text('x'), { conversationId: elsewhere, replyTo: id })).toMatchObject(refused);
    expect(await send(text('x'), { replyTo: messageIdOf(conversationId, 99) })).toMatchObject(refused);
    await call(handler, deleteMessage, { messageId: id });
    expect(await send(text('x'), { replyTo: id })).toMatchObject(refused);
    const entries = await denseLog(logOf(tenant, conversationId));
    expect(entries.filter(({ kind }) => kind === 'message')).toHaveLength(2);
  });
});

describe('an edit', () => {
  it('keeps to the tenant’s length of a text', async () => {
    const { body } = await send(text('short'));
    expect(await edit(body['id'], 1, text('x'.repeat(51)))).toMatchObject({
      status: 400,
      body: { code: 'message.too_long', maxCharacters: 50 },
    });
    expect(await edit(body['id'], 1, text('x'.repeat(50)))).toMatchObject({ status: 200 });
  });

  it('is not for a guest, who may not send either', async () => {
    const { body } = await send(text('mine'), {}, { userId: 'bob' });
    await become('bob', 'guest');
    expect(await edit(body['id'], 1, text('still mine'), {}, { userId: 'bob' })).toMatchObject({
      status: 403,
      body: { code: 'message.forbidden' },
    });
  });

  it('moves a live location until its end and leaves no list of places behind', async () => {
    const at = (lat: number, liveUntil: string) => ({ type: 'location', lat, lon: 0, liveUntil });
    const until = inHours(1);
    expect(await send(at(0, inHours(25)))).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    const { body } = await send(at(0, until));
    const id = body['id'];
    for (let version = 1; version <= 3; version++)
      expect(await edit(id, version, at(version, until))).toMatchObject({
        status: 200,
        body: { version: version + 1 },
      });
    expect((await call(handler, listVersions, { messageId: id })).body).toEqual({ items: [] });
    expect(await edit(id, 4, at(9, new Date(Date.now() - 1).toISOString()))).toMatchObject({ status: 200 });
    expect(await edit(id, 5, at(10, until))).toMatchObject({ status: 409, body: { code: 'message.live_ended' } });
    expect((await call(handler, deleteMessage, { messageId: id })).status).toBe(200);
    expect((await call(handler, restoreMessage, { messageId: id })).body).toMatchObject({ body: { lat: 9 } });
  });

  it('replaces mentions when it names some, keeps them when it says nothing, and checks them anew', async () => {
    const { body } = await send(text('hello'), { mentions: { userIds: ['bob'] } });
    const id = body['id'];
    expect(body['mentions']).toEqual({ userIds: ['bob'], all: false });
    expect((await edit(id, 1, text('hello there'))).body['mentions']).toEqual({ userIds: ['bob'], all: false });
    expect((await edit(id, 2, text('x'), { mentions: { userIds: ['carol'] } })).body['mentions']).toEqual({
      userIds: ['carol'],
      all: false,
    });
    expect(await edit(id, 3, text('x'), { mentions: { userIds: ['mallory'] } })).toMatchObject({
      status: 409,
      body: { code: 'message.mention_unknown', userIds: ['mallory'] },
    });
    expect((await edit(id, 3, text('x'), { mentions: {} })).body['mentions']).toBeNull();
  });
});
