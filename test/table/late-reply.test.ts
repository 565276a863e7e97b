import { beforeEach, describe, expect, it } from 'vitest';
import { messageIdOf } from '#contract/ids.ts';
import { afterNext, holdNext } from '#test/support/interposed.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { aRoot, as } from '#test/support/threads.ts';

useTable();
useSigningKey();
let crew: string[];
let conversationId: string;
let rootId: string;
let root: number;
beforeEach(async () => {
  ({ crew, conversationId, rootId, root } = await aRoot());
});

/** Every reply below a message, page by page. What `late` does, it does while the first page is read. */
async function listed(input: Record<string, unknown> & { messageId: string }, late: () => Promise<unknown>) {
  const texts: string[] = [];
  afterNext('Query', late);
  for (let cursor: unknown; ; ) {
    const { body } = await as.list(crew[0]!, { ...input, ...(cursor ? { cursor } : {}) });
    texts.push(...(body['items'] as { body: { text: string } }[]).map((item) => item.body.text));
    cursor = body['nextCursor'];
    if (!cursor) return texts;
  }
}

/** A reply that has its number and is not stored yet, and what stores it. */
async function aLateReply(messageId: string) {
  const held = holdNext('TransactWriteItems');
  const replying = as.reply(crew[2]!, messageId, 'late');
  await held.arrived;
  return async () => {
    held.release();
    expect(await replying).toMatchObject({ status: 201 });
  };
}

describe('a reply that is stored while a page is read', () => {
  it.each([
    { order: 'oldest', limit: 2 },
    { order: 'oldest', limit: 50 },
    { order: 'newest', limit: 2 },
    { view: 'tree', limit: 50 },
  ])('belongs on that page: $view $order $limit', async (asked) => {
    await as.reply(crew[1]!, rootId, 'first');
    const late = await aLateReply(rootId);
    await as.reply(crew[3]!, rootId, 'third');
    const texts = await listed({ messageId: rootId, ...asked }, late);
    const whole = ['first', 'late', 'third'];
    expect(texts).toEqual(asked.order === 'newest' ? whole.toReversed() : whole);
  });

  it('belongs on that page below a reply, and on no other', async () => {
    await as.reply(crew[1]!, rootId, 'one');
    await as.reply(crew[1]!, rootId, 'two');
    const [one, two] = [messageIdOf(conversationId, root + 1), messageIdOf(conversationId, root + 2)];
    const late = await aLateReply(one);
    await as.reply(crew[3]!, one, 'below one');
    await as.reply(crew[3]!, two, 'below two');
    expect(await listed({ messageId: one }, late)).toEqual(['late', 'below one']);
    expect(await listed({ messageId: two }, async () => {})).toEqual(['below two']);
  });
});
