import { beforeEach, describe, expect, it } from 'vitest';
import { searchMessages } from '#contract/search.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { handler as search } from '../../functions/api/search/search.lambda.ts';
import { aTenantId } from './engine.ts';
import { aConversation, indexed, memberItem, put, refresh, remove, useGround } from './ground.ts';

useGround();

interface Hit {
  readonly message: { readonly id: string; readonly seq: number; readonly body: { readonly text: string } };
  readonly highlights: { readonly fragments: string[] }[];
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
      {
        message: { conversationId, seq: 3, senderId: 'bob' },
        highlights: [{ field: 'text', fragments: ['The second <mark>engine</mark>'], offsets: [[11, 17]] }],
      },
      { message: { conversationId, seq: 1 }, highlights: [{ fragments: ['The first <mark>engine</mark>'] }] },
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
    expect(await ask({ q: 'engine' }, { userId: 'cleo' })).toMatchObject({ items: [], nextCursor: null });
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
    expect(await ask({ q: 'engine' })).toMatchObject({ items: [], nextCursor: null });
    expect((await ask({ q: 'engine' }, { userId: 'bob' })).texts).toEqual(['our engine']);
  });

  it('drops what is gone from the table, or was deleted, and fills the page with what follows', async () => {
    const { say } = await aConversation(tenantId, ['ada']);
    const items = await say(['engine 1', 'engine 2', 'engine 3', 'engine 4', 'engine 5']);
    await refresh();
    await remove(items[4]!);
    await put({ ...items[3], b: { type: 'deleted' } });
    await put({ pk: items[2]!.pk, sk: items[2]!.sk, ty: 'void', a: 1 });
    const first = await ask({ q: 'engine', limit: 1 });
    expect(first.texts).toEqual(['engine 2']);
    expect((await ask({ q: 'engine', limit: 1, cursor: first.nextCursor })).texts).toEqual(['engine 1']);
  });

  it('shows an edited message as it is now, without fragments of what it was', async () => {
    const { say, conversationId } = await aConversation(tenantId, ['ada']);
    const [item] = await say(['the secret engine']);
    await refresh();
    const edited = { ...item, b: { type: 'text', text: 'nothing to see' }, v: 2, i: 1 };
    await put(edited);
    expect((await ask({ q: 'engine' })).items).toMatchObject([
      { message: { body: { text: 'nothing to see' }, version: 2 }, highlights: [] },
    ]);
    await indexed(tenantId, conversationId, [edited]);
    await refresh();
    // Of another page: what the engine said of the same one a moment ago is remembered.
    expect((await ask({ q: 'engine', limit: 10 })).items).toEqual([]);
    expect((await ask({ q: 'see' })).items).toMatchObject([
      { highlights: [{ fragments: ['nothing to <mark>see</mark>'] }] },
    ]);
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

  it('lets a user search as often as the tenant says', async () => {
    const statuses: number[] = [];
    // While it is asked, one more is allowed each second.
    while (!statuses.includes(429) && statuses.length < 60) statuses.push((await ask({ q: 'engine' })).status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(30);
    expect(statuses.at(-1)).toBe(429);
    expect(await ask({ q: 'engine' })).toMatchObject({ body: { code: 'search.rate_limited' } });
    expect((await ask({ q: 'engine' }, { userId: 'bob' })).status).toBe(200);
  });
});
