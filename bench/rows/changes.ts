import { deleteMessage, editMessage } from '#contract/messages.ts';
import { banParticipant, leaveConversation, unbanParticipant } from '#contract/participants.ts';
import { addReaction, removeReaction } from '#contract/reactions.ts';
import { listReceipts, markDelivered, markRead } from '#contract/receipts.ts';
import type { Route } from '#contract/route.ts';
import { handler as messages } from '../../functions/api/messages/messages.lambda.ts';
import { handler as participants } from '../../functions/api/participants/participants.lambda.ts';
import { handler as reactions } from '../../functions/api/reactions/reactions.lambda.ts';
import { handler as receipts } from '../../functions/api/receipts/receipts.lambda.ts';
import { act, memberOf, openRoom, type Room, say, textOf } from '../actors.ts';
import type { Context } from '../context.ts';
import { type Usage, usageOf } from '../meter.ts';
import { withProgress } from '../progress.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

/** Changes of a mean: a generation of the head's memory is dropped every twelfth. */
const CHANGES = 24;
/** Members of the group that receipts are read in. */
const LARGE = 1_000;

type Handler = Parameters<typeof act>[0];

/** What one change costs, as a mean of 24: `prepare` goes before each and is not counted. */
async function mean(
  { meter }: World,
  change: (index: number) => Promise<unknown>,
  prepare: (index: number) => Promise<unknown> = async () => undefined,
): Promise<Pick<Usage, 'writes' | 'reads'>> {
  let [writes, reads] = [0, 0];
  for (let index = 0; index < CHANGES; index++) {
    await prepare(index);
    meter.take();
    await change(index);
    const usage = usageOf(meter.take());
    writes += usage.writes;
    reads += usage.reads;
  }
  return { writes: writes / CHANGES, reads: reads / CHANGES };
}

const rowsOf = (name: string, { writes, reads }: Pick<Usage, 'writes' | 'reads'>, budget?: number): Row[] => [
  {
    name,
    measured: writes,
    unit: 'write units',
    ...(budget === undefined ? {} : { budget }),
    note: `mean of ${CHANGES}`,
  },
  { name: `${name}: reads`, measured: reads, unit: 'read units', note: 'the audience of the event included' },
];

const asMember =
  (room: Room, handler: Handler) =>
  (route: Route, input: Readonly<Record<string, unknown>>, userId = room.userId) =>
    act(handler, route, input, { ...room, userId });

/** Edits and deletions of texts that fill a screen's line or two. */
async function rewriting(world: World): Promise<Row[]> {
  const room = await openRoom(10);
  const by = asMember(room, messages);
  const sent: string[] = [];
  const prepare = async () => {
    sent.push(String((await say(room, textOf(120)))['id']));
  };
  const edited = await mean(
    world,
    () => by(editMessage, { messageId: sent.at(-1), version: 1, body: { type: 'text', text: textOf(130) } }),
    prepare,
  );
  const deleted = await mean(world, (index) => by(deleteMessage, { messageId: sent[index] }));
  return [...rowsOf('Edit', edited, 5), ...rowsOf('Delete', deleted, 5)];
}

/** Reactions by one member after another: the first of an emoji, and taking it back. */
async function reacting(world: World): Promise<Row[]> {
  const room = await openRoom(CHANGES + 1);
  const by = asMember(room, reactions);
  const messageId = String((await say(room, textOf(120)))['id']);
  const react = (route: Route) => (index: number) => by(route, { messageId, emoji: '👍' }, memberOf(index + 1));
  const added = await mean(world, react(addReaction));
  const removed = await mean(world, react(removeReaction));
  return [...rowsOf('Reaction', added, 8), ...rowsOf('Take a reaction back', removed, 8)];
}

/** Bans of members, lifting them, and leaving. */
async function going(world: World): Promise<Row[]> {
  const room = await openRoom(2 * CHANGES + 1);
  const { conversationId } = room;
  const by = asMember(room, participants);
  const banned = await mean(world, (index) => by(banParticipant, { conversationId, userId: memberOf(index + 1) }));
  const unbanned = await mean(world, (index) => by(unbanParticipant, { conversationId, userId: memberOf(index + 1) }));
  const left = await mean(world, (index) => by(leaveConversation, { conversationId }, memberOf(CHANGES + index + 1)));
  return [...rowsOf('Ban a member', banned, 11), ...rowsOf('Lift a ban', unbanned, 11), ...rowsOf('Leave', left, 11)];
}

/** Read markers, and who has read a message in a group of a thousand. */
async function receiving(world: World, size: number): Promise<Row[]> {
  const room = await openRoom(size);
  const { conversationId } = room;
  const by = asMember(room, receipts);
  const first = await say(room, textOf(120));
  for (let index = 0; index < CHANGES; index++) await say(room, textOf(120));
  const seq = Number(first['seq']);
  const reader = memberOf(1);
  const read = await mean(world, (index) => by(markRead, { conversationId, seq: seq + index }, reader));
  const delivered = await mean(world, (index) => by(markDelivered, { conversationId, seq: seq + index }, memberOf(2)));
  await withProgress('receipts', size / 2, async (tick) => {
    for (let index = 1; index < size / 2; index++) {
      await by(markRead, { conversationId, seq }, memberOf(index));
      tick();
    }
  });
  world.meter.take();
  let [readBy, pages] = [0, 0];
  for (let cursor: unknown; cursor !== null; pages++) {
    const page = await by(listReceipts, { messageId: first['id'], limit: 100, ...(cursor ? { cursor } : {}) });
    readBy += (page['readBy'] as unknown[]).length;
    cursor = page['nextCursor'];
  }
  if (readBy < size / 2 - 1) throw new Error(`${readBy} of ${size} have read it`);
  const { reads, calls } = usageOf(world.meter.take());
  return [
    {
      name: 'Read marker',
      measured: read.writes,
      unit: 'write units',
      budget: 1,
      note: `mean of ${CHANGES}, N = ${size}`,
    },
    { name: 'Read marker: reads', measured: read.reads, unit: 'read units', note: 'unread counted anew' },
    { name: 'Delivery marker', measured: delivered.writes, unit: 'write units', budget: 1, note: `mean of ${CHANGES}` },
    {
      name: `Receipts of a message, N = ${size.toLocaleString('en')}`,
      measured: reads,
      unit: 'read units',
      note: `all ${pages} pages of 100 members, ${calls} calls`,
    },
  ];
}

/** What changing what is there costs. */
export async function changeRows({ world, quick }: Context): Promise<Row[]> {
  const here = await world();
  return [
    ...(await rewriting(here)),
    ...(await reacting(here)),
    ...(await going(here)),
    ...(await receiving(here, quick ? 200 : LARGE)),
  ];
}
