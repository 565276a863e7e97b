import { scope } from '#table/entity.ts';
import { MessageEntity } from '#table/message.ts';
import { openRoom, type Room, say, someTenant, textOf } from '../actors.ts';
import type { Context } from '../context.ts';
import { sizeOfItem } from '../item-size.ts';
import { type Metered, usageOf } from '../meter.ts';
import { withProgress } from '../progress.ts';
import { mean, type Row } from '../row.ts';
import type { World } from '../world.ts';

const SIZES = [2, 10, 100, 1_000] as const;

/** Messages of a mean: a generation of client ids is dropped every twelfth, so a multiple of that. */
const messagesFor = (size: number, quick: boolean): number => (quick || size >= 1_000 ? 60 : 120);

/** The bucket that counts how often its user sends has a budget of its own: at most one unit. */
const isLimit = ({ partition }: Metered): boolean => /#R#/.test(partition);
const isLog = ({ partition }: Metered): boolean => /#L#/.test(partition);

interface Measured {
  readonly writes: number;
  readonly limiting: number;
  readonly reads: number;
  readonly calls: number;
  readonly settling: number;
  readonly framesPerSocket: number;
  readonly frameBytes: number;
  /** Bytes of the largest head seen. */
  readonly head: number;
}

async function measure({ meter, recorder }: World, room: Room, text: string, count: number): Promise<Measured> {
  // The first message moves the room up in every list, once until its member acknowledges something.
  await say(room, text);
  const all: Metered[] = [];
  meter.take();
  recorder.take();
  await withProgress(`${room.members.length} members`, count, async (tick) => {
    for (let sent = 0; sent < count; sent++) {
      await say(room, text);
      all.push(...meter.take());
      tick();
    }
  });
  const posts = recorder.take().filter(({ name }) => name === 'post');
  const audience = usageOf(all.filter((one) => !isLog(one) && one.reads > 0));
  return {
    head: Math.max(...all.filter((one) => !isLog(one)).map(({ largest }) => largest)),
    writes: usageOf(all.filter((one) => !isLimit(one))).writes / count,
    limiting: usageOf(all.filter(isLimit)).writes / count,
    reads: audience.reads / count,
    calls: audience.calls / count,
    settling: usageOf(all.filter(isLog)).reads / count,
    framesPerSocket: posts.length / count / Math.max(1, room.sockets),
    frameBytes: posts.length === 0 ? 0 : mean(posts.map(({ requestBytes }) => requestBytes)),
  };
}

/** Names as long as the contract allows, in one byte a character and in three. */
const FULL = { tenantId: () => someTenant(63), userIdLength: 64 } as const;

/** What it costs to accept a message, from the sizes of all that is sent and read. */
export async function sendRows({ quick, world, figures }: Context): Promise<Row[]> {
  const here = await world();
  const rows: Row[] = [];
  const writes = new Map<number, number>();
  for (const size of SIZES) {
    const count = messagesFor(size, quick);
    const measured = await measure(here, await openRoom(size), textOf(120), count);
    writes.set(size, measured.writes);
    for (const [name, value] of Object.entries(measured)) figures.set(`send.${size}.${name}`, value);
    rows.push(
      {
        name: `Accept a message, N = ${size}: writes`,
        measured: measured.writes,
        unit: 'write units',
        budget: 2.1,
        note: `mean of ${count}, the drop of a generation included; head up to ${measured.head} bytes`,
      },
      {
        name: `Count the sender’s rate, N = ${size}`,
        measured: measured.limiting,
        unit: 'write units',
        budget: 1,
        note: 'beside the commit; not in the dollars below, which add 0.625 for it',
      },
      {
        name: `Authorise and find the audience, N = ${size}: reads`,
        measured: measured.reads,
        unit: 'read units',
        budget: 0.55 * size + 2,
        note: `settling before a drop reads ${measured.settling.toFixed(2)} more a message`,
      },
      {
        name: `Authorise and find the audience, N = ${size}: calls`,
        measured: measured.calls,
        unit: 'calls',
        budget: Math.ceil(size / 100) + 2,
      },
    );
  }
  rows.push({
    name: 'Writes at N = 1,000 less writes at N = 2',
    measured: writes.get(1_000)! - writes.get(2)!,
    unit: 'write units',
    budget: 0,
  });
  const heads = [
    [
      'ids of 36, name of 40 characters, preview of 96 bytes',
      { tenantId: someTenant(36), userIdLength: 36, name: 'x'.repeat(40) },
    ],
    [
      'longest ids, name of 100 ASCII characters, preview of 96 bytes',
      { tenantId: FULL.tenantId(), userIdLength: 64, name: 'x'.repeat(100) },
    ],
    [
      'longest ids, name of 100 Chinese characters, preview of 96 bytes',
      { tenantId: FULL.tenantId(), userIdLength: 64, name: '渡'.repeat(100) },
    ],
  ] as const;
  for (const [what, options] of heads) {
    const count = messagesFor(2, quick);
    const measured = await measure(here, await openRoom(2, options), textOf(120), count);
    rows.push({
      name: `Accept a message, head with ${what}`,
      measured: measured.writes,
      unit: 'write units',
      budget: 2.1,
      note: `head up to ${measured.head} bytes, mean of ${count}`,
    });
  }
  return [...rows, overhead()];
}

/** Bytes that a message item has besides its text, with ids of 36 characters. */
function overhead(): Row {
  const id = 'x'.repeat(36);
  const item = MessageEntity.toItem(
    scope(id),
    { conversationId: `cnv_${'x'.repeat(22)}`, seq: 123_456 },
    { u: id, c: 'x'.repeat(22), h: 'x'.repeat(22), b: { type: 'text', text: '' }, a: Date.now(), v: 1 },
  );
  return {
    name: 'A message item besides its text',
    measured: sizeOfItem(item),
    unit: 'bytes',
    note: 'ids of 36 characters',
  };
}
