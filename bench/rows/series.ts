import { memberOf, openRoom, say, textOf } from '../actors.ts';
import type { Context } from '../context.ts';
import type { Row } from '../row.ts';
import { chainTo } from '../trace.ts';

/** Milliseconds every call is made longer by, far above what this process needs between two calls. */
const DELAY = 150;

/** How many calls stand one after another between a request and the first push, or what leaves the push to the queue. */
export async function seriesRows({ world, quick }: Context): Promise<Row[]> {
  const { recorder } = await world();
  const rows: Row[] = [];
  for (const [size, end] of [
    [10, 'post'],
    [100, 'post'],
    ...(quick ? [] : [[1_000, 'SendMessageBatch'] as const]),
  ] as const) {
    const room = await openRoom(size);
    // This process has let nobody but the owner in, and needs its connections open.
    await say(room, textOf(120));
    recorder.delay = DELAY;
    try {
      for (const [what, userId] of [
        ['a sender who wrote within a minute', room.userId],
        ['a first contact', memberOf(3)],
      ] as const) {
        recorder.take();
        await say(room, textOf(120), userId);
        const chain = chainTo(end, recorder.take());
        rows.push({
          name: `Calls in series before ${end === 'post' ? 'the first push' : 'the queue has it'}, N = ${size}, ${what}`,
          measured: chain.length,
          unit: 'calls',
          ...(end === 'post' ? { budget: 3 } : {}),
          note: chain.map(({ name }) => name).join(' → '),
        });
      }
    } finally {
      recorder.delay = 0;
    }
  }
  return rows;
}
