import { expect, it } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { findHead } from '#table/conversation.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { historyPage } from '#table/log/history.ts';
import { aGroup, sendText, someClientId } from '#test/support/conversations.ts';
import { afterNext } from '#test/support/interposed.ts';
import { useBothTables } from '#test/support/table-in-process.ts';

const { inProcess } = useBothTables();
const tenant = scope('acme');
process.env[ENV.table] = 'table';

/** A group with three messages and one number taken in their midst, and what stores its message. */
async function aLateMessage() {
  const conversationId = await aGroup(tenant);
  const log = logOf(tenant, conversationId);
  await sendText(log, 'first');
  const [clientId, key] = [someClientId(), 'later'];
  const taken = await log.take(
    { key, at: Date.now(), preview: { by: 'bob', type: 'text', text: 'late' } },
    { floorBelow: Date.now() },
  );
  if (!taken.ok) throw new Error('no number');
  await sendText(log, 'third');
  const store = () =>
    log.put(taken.seq, { u: 'bob', c: clientId, h: 'late', b: { type: 'text', text: 'late' }, a: Date.now(), v: 1 });
  return { conversationId, log, late: taken.seq, store };
}

it.each(['newest', 'oldest'] as const)(
  'a page read %s first holds a message that was stored while it was read',
  async (order) => {
    await inProcess(async () => {
      const { conversationId, log, late, store } = await aLateMessage();
      const head = (await findHead(tenant, conversationId))!;
      afterNext('Query', store);
      const { messages } = await historyPage(tenant, conversationId, log, head, { order, from: undefined }, 50);
      expect(messages.map(({ seq }) => seq)).toContain(late);
      expect(messages.map(({ seq }) => seq)).toContain(late + 1);
    });
  },
);

it('a page backwards reaches up to where the one before it ended', async () => {
  await inProcess(async () => {
    const { conversationId, log, late, store } = await aLateMessage();
    const head = (await findHead(tenant, conversationId))!;
    const place = { order: 'newest', from: late + 1 } as const;
    afterNext('Query', store);
    const { messages } = await historyPage(tenant, conversationId, log, head, place, 50);
    expect(messages.map(({ seq }) => seq)).toContain(late);
  });
});
