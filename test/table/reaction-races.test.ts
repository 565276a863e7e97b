import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { MOST_EMOJIS } from '#contract/reactions.ts';
import { handler } from '#functions/api/reactions/reactions.lambda.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { call } from '#test/support/call.ts';
import { aGroup, sendText, someClientId } from '#test/support/conversations.ts';
import {
  add,
  EMOJIS,
  expectExact,
  key,
  lookAt,
  messageId,
  reactions,
  remove,
  removeAll,
  tenant,
  useReactions,
  users,
} from '#test/support/reactions.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
useReactions();

const { listReactions } = api.reactions;

describe('reactions under races', () => {
  it('are at most 20 different ones', async () => {
    for (const [index, emoji] of EMOJIS.slice(0, MOST_EMOJIS - 2).entries()) await add(emoji, users[index % 25]);
    const racers = EMOJIS.slice(MOST_EMOJIS - 2, MOST_EMOJIS + 4);
    const replies = await Promise.all(racers.map((emoji, index) => add(emoji, users[24 + index])));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(replies.filter(({ body }) => body['code'] === 'reaction.too_many')).toHaveLength(racers.length - 2);
    expect(await reactions()).toHaveLength(MOST_EMOJIS);
    expect(await add(EMOJIS[0]!, users[23])).toMatchObject({ status: 201 });
    await expectExact();
  });

  it('are counted exactly, whoever adds, removes and retries at once', async () => {
    const does = fc.record({
      user: fc.nat({ max: 4 }),
      emoji: fc.constantFrom('👍', '❤', '❤️'),
      what: fc.constantFrom('add', 'add', 'remove', 'remove all'),
      twice: fc.boolean(),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(does, { minLength: 2, maxLength: 8 }), async (wishes) => {
        run += 1;
        const crew = Array.from({ length: 5 }, (_, index) => `crew-${run}-${index}`);
        const group = await aGroup(tenant, crew);
        lookAt(group, (await sendText(logOf(tenant, group), 'race', { author: crew[0]! })).seq, crew);
        const replies = await Promise.all(
          wishes.flatMap(({ user, emoji, what, twice }) => {
            const options = key(someClientId());
            const one = () =>
              what === 'add'
                ? add(emoji, crew[user], options)
                : what === 'remove'
                  ? remove(emoji, crew[user], options)
                  : removeAll(crew[user], options);
            return twice ? [one(), one()] : [one()];
          }),
        );
        for (const { status } of replies) expect([200, 201, 429]).toContain(status);
        await expectExact();
      }),
      { numRuns: 20 },
    );
  });
});

describe('the list of reactors', () => {
  const list = (input: Record<string, unknown> = {}, userId = users[0]!) =>
    call(handler, listReactions, { messageId, ...input }, { userId });

  it('goes by emoji, page by page, and its cursor is worth nothing elsewhere', async () => {
    for (const user of users.slice(0, 7)) await add('👍', user);
    await add('👍🏽', users[1]);
    const first = await list({ emoji: '👍', limit: 3 });
    expect(first.body['items']).toMatchObject(users.slice(0, 3).map((userId) => ({ emoji: '👍', userId })));
    const cursor = first.body['nextCursor'];
    const rest = await list({ emoji: '👍', limit: 10, cursor });
    expect(rest.body).toMatchObject({ items: users.slice(3, 7).map((userId) => ({ userId })), nextCursor: null });
    expect(await list({ emoji: '👍🏽', cursor })).toMatchObject({
      status: 400,
      body: { code: 'request.cursor_invalid' },
    });
    expect(await list({ emoji: '👍', cursor }, users[1])).toMatchObject({ status: 400 });
    expect((await list()).body['items']).toHaveLength(8);
    expect((await list({ emoji: '🎉' })).body).toEqual({ items: [], nextCursor: null });
  });
});
