import { createConversation, listConversations } from '#contract/conversations.ts';
import { listMessages } from '#contract/messages.ts';
import { scope } from '#table/entity.ts';
import { logPartition, MessageEntity } from '#table/message.ts';
import { handler as conversations } from '../../functions/api/conversations/conversations.lambda.ts';
import { handler as messages } from '../../functions/api/messages/messages.lambda.ts';
import { act, memberOf, openRoom, say, someTenant, textOf } from '../actors.ts';
import type { Context } from '../context.ts';
import { sizeOfItem } from '../item-size.ts';
import { usageOf } from '../meter.ts';
import { withProgress } from '../progress.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const PAGE = 50;

/** What a page of history costs when each message item, or each text, has 400 bytes. */
async function history({ meter }: World): Promise<Row[]> {
  const rows: Row[] = [];
  for (const part of ['item', 'text'] as const) {
    const room = await openRoom(2);
    const item = MessageEntity.toItem(
      scope(room.tenantId),
      { conversationId: room.conversationId, seq: 1 },
      { u: room.userId, c: 'x'.repeat(22), h: 'x'.repeat(22), b: { type: 'text', text: '' }, a: Date.now(), v: 1 },
    );
    const bytes = part === 'text' ? 400 : 400 - sizeOfItem(item);
    await withProgress('history', PAGE + 5, async (tick) => {
      for (let index = 0; index < PAGE + 5; index++) {
        await say(room, textOf(bytes));
        tick();
      }
    });
    meter.take();
    const { items } = await act(messages, listMessages, { conversationId: room.conversationId, limit: PAGE }, room);
    if ((items as unknown[]).length !== PAGE) throw new Error('the page of history is not full');
    const all = meter.take();
    const partition = logPartition(scope(room.tenantId), room.conversationId);
    const queries = usageOf(all.filter((one) => one.partition === partition));
    const rest = usageOf(all.filter((one) => one.partition !== partition));
    const name = `History page of ${PAGE}, ${part === 'item' ? 'items of 400 bytes' : 'texts of 400 bytes'}`;
    rows.push({ name: `${name}: queries`, measured: queries.calls, unit: 'calls', budget: 1 });
    rows.push({
      name,
      measured: queries.reads,
      unit: 'read units',
      // The budget speaks of messages of 400 bytes: what is stored, names and keys included.
      ...(part === 'item' ? { budget: 3 } : {}),
    });
    if (part === 'item')
      rows.push({
        name: 'History page: authorisation and head',
        measured: rest.reads,
        unit: 'read units',
        note: `${rest.calls} calls beside each other`,
      });
  }
  return rows;
}

/** What a page of conversations costs, each with its last message. */
async function list({ meter }: World): Promise<Row[]> {
  const actor = { tenantId: someTenant(), userId: 'ada' };
  const rooms: { conversationId: string; other: string }[] = [];
  await withProgress('conversations', PAGE, async (tick) => {
    for (let index = 0; index < PAGE; index++) {
      const { id } = await act(
        conversations,
        createConversation,
        { type: 'direct', participants: [memberOf(index)] },
        actor,
      );
      rooms.push({ conversationId: String(id), other: memberOf(index) });
      await say({ ...actor, conversationId: String(id) }, textOf(120));
      tick();
    }
  });
  const page = async (what: string, budget: { reads: number; calls: number }): Promise<Row[]> => {
    meter.take();
    const { items } = await act(conversations, listConversations, { limit: PAGE }, actor);
    if ((items as unknown[]).length !== PAGE) throw new Error('the page of conversations is not full');
    const { reads, calls } = usageOf(meter.take());
    const name = `Conversation list page of ${PAGE}, ${what}`;
    return [
      { name, measured: reads, unit: 'read units', budget: budget.reads },
      { name: `${name}: calls`, measured: calls, unit: 'calls', budget: budget.calls },
    ];
  };
  const budget = { reads: 40, calls: 3 };
  const read = await page('unread counts and preview, all read', budget);
  for (const { conversationId, other } of rooms) await say({ ...actor, conversationId }, textOf(120), other);
  return [...read, ...(await page('unread counts and preview, all unread', budget))];
}

/** What reading costs. */
export async function readRows({ world }: Context): Promise<Row[]> {
  const here = await world();
  return [...(await history(here)), ...(await list(here))];
}
