import { stubService } from '#test/support/aws-stub.ts';
import './engine.ts';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { ENV } from '#contract/environment.ts';
import { searchMessages } from '#contract/search.ts';
import { HeadEntity } from '#table/conversation.ts';
import { type Item, scope } from '#table/entity.ts';
import { MemberEntity } from '#table/member.ts';
import type { StoredMessage } from '#table/message.ts';
import { tableName } from '#table/table-name.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { useTable } from '#test/support/table.ts';
import { handler as search } from '../../functions/api/search/search.lambda.ts';
import { handler as index } from '../../functions/stream/index-search.lambda.ts';
import { aConversationId, batchOf, messageItem, recordOf } from '../stream/records.ts';
import { aTenantId, refresh } from './engine.ts';

useTable();
const secrets = stubService('secretsmanager');
beforeAll(() => {
  process.env[ENV.signingKey] = 'signing-key';
  secrets.on(GetSecretValueCommand).resolves({ SecretString: 'a secret of the test, long enough to sign with' });
});

const put = (Item: Item) => documents.put({ TableName: tableName(), Item });
const remove = ({ pk, sk }: Item) => documents.delete({ TableName: tableName(), Key: { pk, sk } });

/** A membership as the table holds it. */
const memberItem = (tenantId: string, conversationId: string, userId: string): Item =>
  MemberEntity.toItem(
    scope(tenantId),
    { userId, conversationId, role: 'member', joinedAt: 1, joinedSeq: 1, addedBy: 'ada' },
    1,
  );

/** A conversation of these users. `say` stores and indexes messages; nothing of it is searchable before `refresh`. */
async function aConversation(tenantId: string, users: readonly string[]) {
  const conversationId = aConversationId();
  await put(
    HeadEntity.toItem(scope(tenantId), conversationId, {
      type: 'group',
      createdBy: 'ada',
      createdAt: 1,
      seq: 0,
      firstSeq: 1,
      recent: {},
      older: {},
      generation: 0,
      floor: -1,
      lastAt: 1,
    }),
  );
  await Promise.all(users.map((userId) => put(memberItem(tenantId, conversationId, userId))));
  let seq = 0;
  const say = async (texts: readonly string[], stored: Partial<StoredMessage> = {}): Promise<Item[]> => {
    const items = texts.map((text) =>
      messageItem({ tenantId, conversationId, seq: ++seq }, { b: { type: 'text', text }, ...stored }),
    );
    for (const item of items) await put(item);
    expect(await index(batchOf(items.map((item) => recordOf(item))))).toEqual({ batchItemFailures: [] });
    return items;
  };
  return { conversationId, say };
}

interface Hit {
  readonly message: { readonly id: string; readonly seq: number; readonly body: { readonly text: string } };
  readonly highlights: string[];
}

let tenantId = '';
beforeEach(() => {
  tenantId = aTenantId();
});

const ask = async (input: Record<string, unknown>, options: CallOptions = {}) => {
  const { status, body } = await call(search, searchMessages, input, { tenantId, ...options });
  const { items = [], nextCursor } = body as { items?: Hit[]; nextCursor?: string | null };
  return { status, body, items, nextCursor, texts: items.map(({ message }) => message.body.text) };
};

describe('GET /search/messages', () => {
  it('finds messages of the caller\u2019s conversations, newest first, with what was found marked', async () => {
    const { say, conversationId } = await aConversation(tenantId, ['ada', 'bob']);
    await say(['The first engine', 'Nothing here', 'The second engine']);
    await refresh();
    const { status, items, nextCursor } = await ask({ q: 'ENGINE' });
    expect(status).toBe(200);
    expect(nextCursor).toBeNull();
    expect(items).toMatchObject([
      { message: { conversationId, seq: 3, senderId: 'bob' }, highlights: ['The second <mark>engine</mark>'] },
      { message: { conversationId, seq: 1 }, highlights: ['The first <mark>engine</mark>'] },
    ]);
    expect(searchMessages.output.safeParse((await ask({ q: 'engine' })).body)).toMatchObject({ success: true });
  });

  it('finds a picture by its caption', async () => {
    const { say } = await aConversation(tenantId, ['ada']);
    const b = { type: 'image', mediaId: 'med_AZqYt2a0cK6fPpQ1mWk3Zg', caption: 'Sunset over the engine' } as const;
    await say([''], { b });
    await refresh();
    expect((await ask({ q: 'sunset' })).items).toMatchObject([{ message: { body: b } }]);
  });

  it('puts what was brought in where it was said, not when it came', async () => {
    const { say } = await aConversation(tenantId, ['ada']);
    await say(['an old engine'], { s: Date.UTC(2018, 2, 1) });
    await say(['a new engine'], { a: Date.UTC(2020, 2, 1) });
    await refresh();
    expect((await ask({ q: 'engine' })).texts).toEqual(['a new engine', 'an old engine']);
  });

  it('finds nothing of other conversations and other tenants', async () => {
    const mine = await aConversation(tenantId, ['ada']);
    const others = await aConversation(tenantId, ['bob']);
    const foreign = await aConversation(aTenantId(), ['ada']);
    await mine.say(['my engine']);
    await others.say(['their engine']);
    await foreign.say(['a foreign engine']);
    await refresh();
    expect((await ask({ q: 'engine' })).texts).toEqual(['my engine']);
    expect((await ask({ q: 'engine' }, { userId: 'cleo' })).body).toEqual({ items: [], nextCursor: null });
  });

  it('shows nothing of a conversation the caller has left, even while the list of memberships is stale', async () => {
    const { say, conversationId } = await aConversation(tenantId, ['ada', 'bob']);
    await say(['our engine']);
    await refresh();
    expect((await ask({ q: 'engine' })).texts).toEqual(['our engine']);
    const membership = memberItem(tenantId, conversationId, 'ada');
    await remove(membership);
    // The by-user index follows the table late: an entry of it whose item is gone.
    await put({ ...membership, pk: 'stale', sk: tenantId });
    expect((await ask({ q: 'engine' })).body).toEqual({ items: [], nextCursor: null });
    expect((await ask({ q: 'engine' }, { userId: 'bob' })).texts).toEqual(['our engine']);
  });

  it('drops what is gone from the table, or lost its text, and fills the page with what follows', async () => {
    const { say } = await aConversation(tenantId, ['ada']);
    const items = await say(['engine 1', 'engine 2', 'engine 3', 'engine 4', 'engine 5']);
    await refresh();
    await remove(items[4]!);
    await put({ ...items[3], b: { type: 'image', mediaId: 'med_AZqYt2a0cK6fPpQ1mWk3Zg' } });
    await put({ pk: items[2]!.pk, sk: items[2]!.sk, ty: 'void', a: 1 });
    const first = await ask({ q: 'engine', limit: 1 });
    expect(first.texts).toEqual(['engine 2']);
    expect((await ask({ q: 'engine', limit: 1, cursor: first.nextCursor })).texts).toEqual(['engine 1']);
  });

  it('shows an edited message as it is now, without fragments of what it was', async () => {
    const { say } = await aConversation(tenantId, ['ada']);
    const [item] = await say(['the secret engine']);
    await refresh();
    const edited = { ...item, b: { type: 'text', text: 'nothing to see' }, v: 2 };
    await put(edited);
    expect((await ask({ q: 'engine' })).items).toMatchObject([
      { message: { body: { text: 'nothing to see' }, version: 2 }, highlights: [] },
    ]);
    await index(batchOf([recordOf(edited, item)]));
    await refresh();
    expect((await ask({ q: 'engine' })).items).toEqual([]);
    expect((await ask({ q: 'see' })).items).toMatchObject([{ highlights: ['nothing to <mark>see</mark>'] }]);
  });

  it.each([1, 7, 100])(
    'pages of %i cover every hit exactly once, whatever is dropped or said meanwhile',
    async (limit) => {
      const [one, two] = [await aConversation(tenantId, ['ada']), await aConversation(tenantId, ['ada'])];
      // All at the same moment: only conversation and number tell them apart.
      const at = { a: Date.UTC(2026, 0, 1) };
      const texts = Array.from({ length: 18 }, (_, number) => `engine ${number}`);
      const items = [...(await one.say(texts, at)), ...(await two.say(texts, at))];
      await refresh();
      const gone = items.filter((_, number) => number % 5 === 2);
      for (const item of gone) await remove(item);
      const seen: string[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await ask({ q: 'engine', limit, ...(cursor && { cursor }) });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        seen.push(...page.items.map(({ message }) => message.id));
        cursor = page.nextCursor;
        if (seen.length < 5) {
          await one.say(['a newer engine']);
          await refresh();
        }
      } while (cursor);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toHaveLength(items.length - gone.length);
    },
  );

  it('takes a cursor back only from whom it was given to, for the query it was given for', async () => {
    const { say } = await aConversation(tenantId, ['ada', 'bob']);
    await say(['engine 1', 'engine 2']);
    await refresh();
    const { nextCursor: cursor } = await ask({ q: 'engine', limit: 1 });
    expect((await ask({ q: 'engine', limit: 1, cursor })).texts).toEqual(['engine 1']);
    const refused = { status: 400, body: { code: 'request.cursor_invalid' } };
    expect(await ask({ q: 'engines', cursor })).toMatchObject(refused);
    expect(await ask({ q: 'engine', cursor }, { userId: 'bob' })).toMatchObject(refused);
    expect(await ask({ q: 'engine', cursor }, { tenantId: aTenantId() })).toMatchObject(refused);
    expect(await ask({ q: 'engine', cursor: `${cursor}x` })).toMatchObject(refused);
  });
});
