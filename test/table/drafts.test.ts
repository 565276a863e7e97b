import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import { MOST_DRAFTS } from '#contract/drafts.ts';
import { handler } from '#functions/api/mine/mine.lambda.ts';
import { scope } from '#table/entity.ts';
import { OwnCountEntity } from '#table/own.ts';
import { tableName } from '#table/table-name.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aPinnable, say } from '#test/support/pins.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
const tenant = scope('acme');
const sockets = useSockets(tenant);
const { putDraft, getDraft, deleteDraft, listDrafts } = api.mine;
let users = 0;
let me: { userId: string };
let conversationId: string;

const text = (words: string) => ({ body: { type: 'text', text: words } });
const put = (version: number | undefined, words: string, input: object = {}, options: CallOptions = me) =>
  call(
    handler,
    putDraft,
    { conversationId, ...(version === undefined ? {} : { version }), ...text(words), ...input },
    options,
  );
const get = async (input: object = {}) => (await call(handler, getDraft, { conversationId, ...input }, me)).body;
const drop = (input: object = {}, options: CallOptions = me) =>
  call(handler, deleteDraft, { conversationId, ...input }, options);
const countId = () => ({ userId: me.userId, of: 'drafts' as const });
const count = async () =>
  (await documents.get({ TableName: tableName(), Key: OwnCountEntity.key(tenant, countId()), ConsistentRead: true }))
    .Item?.['n'];

beforeEach(async () => {
  users += 1;
  me = { userId: `user-${users}` };
  conversationId = await aPinnable(['ada', me.userId]);
});

describe('a draft', () => {
  it('is kept as it is written, half-finished too, and taken away', async () => {
    expect(await get()).toMatchObject({ version: 0, content: null, updatedAt: null });
    expect(await put(undefined, '')).toMatchObject({ status: 200, headers: { etag: '"1"' }, body: { version: 1 } });
    const replyTo = await say(conversationId, 'hello');
    expect(await put(1, 'half a sen', { replyTo })).toMatchObject({ body: { version: 2 } });
    expect(await get()).toMatchObject({ version: 2, content: { ...text('half a sen'), replyTo } });
    expect(await drop()).toMatchObject({ status: 200, body: { version: 3, content: null } });
    expect(await drop()).toMatchObject({ headers: { 'idempotent-replayed': 'true' }, body: { version: 3 } });
    expect(await get()).toMatchObject({ version: 3, content: null });
  });

  it('is not overwritten by a device that has not seen it, also after it was taken away', async () => {
    await put(0, 'one');
    expect(await put(0, 'from another device')).toMatchObject({
      status: 409,
      body: { code: 'draft.version_conflict', current: { version: 1, content: text('one') } },
    });
    await put(1, 'two');
    expect(
      await call(handler, putDraft, { conversationId, ...text('x') }, { ...me, headers: { 'If-Match': '"1"' } }),
    ).toMatchObject({ status: 409 });
    expect(await drop({ version: 1 })).toMatchObject({ status: 409, body: { current: { version: 2 } } });
    await drop({ version: 2 });
    expect(await put(2, 'late')).toMatchObject({ status: 409, body: { current: { version: 3, content: null } } });
    expect(await put(0, 'new')).toMatchObject({ body: { version: 4 } });
    expect(await put(3, 'late again')).toMatchObject({ status: 409 });
  });

  it('is one for the conversation and one for each thread, listed page by page', async () => {
    const threadId = await say(conversationId, 'root');
    await put(0, 'here');
    await put(0, 'there', { threadId });
    expect(await get({ threadId })).toMatchObject({ threadId, content: text('there') });
    expect(await put(0, 'x', { threadId: `msg_${'A'.repeat(22)}_1` })).toMatchObject({ status: 400 });
    const first = (await call(handler, listDrafts, { limit: 1 }, me)).body;
    expect(first['items']).toMatchObject([{ conversationId, threadId: null, content: text('here') }]);
    const second = (await call(handler, listDrafts, { limit: 1, cursor: first['nextCursor'] }, me)).body;
    expect(second).toMatchObject({ items: [{ threadId, content: text('there') }], nextCursor: null });
    await drop();
    expect((await call(handler, listDrafts, { limit: 1 }, me)).body['items']).toMatchObject([{ threadId }]);
  });

  it('is for members, and for oneself', async () => {
    await put(0, 'mine');
    expect(await put(0, 'x', {}, { userId: 'mallory' })).toMatchObject({ body: { code: 'conversation.not_found' } });
    expect(await drop({}, { ...me, tenantId: 'globex' })).toMatchObject({ status: 404 });
    expect((await call(handler, getDraft, { conversationId }, { userId: 'ada' })).body).toMatchObject({
      content: null,
    });
    await sockets.connect(me.userId);
    await sockets.connect('ada');
    sockets.posts.length = 0;
    await put(1, 'still mine');
    await drop();
    expect(sockets.posts.flatMap(({ socket, frame }) => frame.events.map((event) => ({ socket, event })))).toEqual(
      [false, true].map((removed, index) => ({
        socket: `${me.userId}=`,
        event: { type: 'draft:updated', conversationId, threadId: null, version: 2 + index, removed },
      })),
    );
  });

  it('is one of five hundred at most, exactly', async () => {
    await documents.put({
      TableName: tableName(),
      Item: OwnCountEntity.toItem(tenant, countId(), { n: MOST_DRAFTS - 1 }),
    });
    const other = await say(conversationId, 'root');
    const replies = await Promise.all([put(0, 'one'), put(0, 'two', { threadId: other })]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(replies.find(({ status }) => status === 409)).toMatchObject({
      body: { code: 'draft.too_many', most: MOST_DRAFTS },
    });
  });

  it('loses no acknowledged version to a race, and is counted once', async () => {
    const does = fc.constantFrom('put', 'put', 'drop');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(does, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
        async (waves) => {
          conversationId = await aPinnable(['ada', me.userId]);
          const before = Number((await count()) ?? 0);
          for (const wave of waves) {
            const { version } = (await get()) as { version: number };
            const replies = await Promise.all(
              wave.map((what, index) => (what === 'put' ? put(version, `v${index}`) : drop({ version }))),
            );
            const won = replies.filter(
              ({ status, headers }) => status === 200 && headers['idempotent-replayed'] === undefined,
            );
            for (const { status } of replies) expect([200, 409]).toContain(status);
            expect(won.length).toBeLessThanOrEqual(1);
            const now = await get();
            expect(now).toMatchObject(won[0] ? { version: version + 1, content: won[0].body['content'] } : { version });
            expect(Number((await count()) ?? 0)).toBe(before + (now['content'] === null ? 0 : 1));
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});
