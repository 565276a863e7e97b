import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readChatFile } from '#local/import/chat-file.ts';
import { ROOT, STATE } from '#local/instance.ts';
import { bundle } from '#simulation/bundle.ts';
import type { Context } from '../context.ts';
import type { Drove } from '../hot-room.ts';
import { percentile, type Row } from '../row.ts';

const SAMPLES = resolve(ROOT, process.env.PARLEY_SAMPLES ?? '../shared/data');

/** The first messages of the real chat, with their authors numbered as they come. */
async function realLines(count: number): Promise<{ author: number; text: string }[]> {
  const { lines } = await readChatFile(join(SAMPLES, 'project-chat.jsonl.gz'));
  const authors = new Map<string, number>();
  return lines.slice(0, count).map(({ author, text }) => {
    if (!authors.has(author)) authors.set(author, authors.size);
    return { author: authors.get(author)!, text };
  });
}

async function simulated(stretches: readonly object[]): Promise<Drove[]> {
  const home = join(STATE, 'bench');
  mkdirSync(home, { recursive: true });
  const folder = mkdtempSync(join(home, 'hot-'));
  try {
    const file = join(folder, 'hot-room.mjs');
    await bundle(file, 'bench/hot-room.ts');
    const child = fork(file, { execArgv: ['--enable-source-maps'] });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the simulated room ended with ${code}`);
    });
    ended.catch(() => undefined);
    child.send(stretches);
    const [drove] = await Promise.race([once(child, 'message'), ended]);
    return drove as Drove[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Real messages into a room of a hundred, half of them online: at a rate where frames are shared, and at one where none waits. */
export async function hotRows({ quick }: Context): Promise<Row[]> {
  const [many, few] = quick ? [200, 20] : [1_000, 50];
  const lines = await realLines(many + few);
  const [calm, hot] = await simulated([
    { perSecond: 1.5, lines: lines.slice(0, few) },
    { perSecond: 20, lines: lines.slice(few) },
  ]);
  if (!calm || !hot) throw new Error('the simulated room told nothing');
  const [p50, p99] = [50, 99].map((percent) => ({
    calm: percentile(calm.delays, percent),
    hot: percentile(hot.delays, percent),
  }));
  const how = `real messages to ${hot.sockets} sockets, by the shipped functions in virtual time`;
  return [
    {
      name: 'Frames a recipient and message, N = 100, at 20 messages/s',
      measured: hot.framesPerRecipient,
      unit: 'frames',
      budget: 0.25,
      note: `${many} ${how}`,
    },
    {
      name: 'Delay that gathering adds at 20 messages/s: p50',
      measured: p50!.hot - p50!.calm,
      unit: 'ms',
      budget: 250,
      note: `send to seen p50 ${p50!.hot.toFixed(0)} ms, at 1.5 messages/s ${p50!.calm.toFixed(0)} ms; the simulated network's, not a real one's`,
    },
    {
      name: 'Delay that gathering adds at 20 messages/s: p99',
      measured: p99!.hot - p99!.calm,
      unit: 'ms',
      note: `send to seen p99 ${p99!.hot.toFixed(0)} ms, at 1.5 messages/s ${p99!.calm.toFixed(0)} ms`,
    },
    {
      name: 'Frames a recipient and message, N = 100, at 1.5 messages/s',
      measured: calm.framesPerRecipient,
      unit: 'frames',
      budget: 1,
      note: `${few} ${how}`,
    },
    {
      name: 'Messages left to the queue at 1.5 messages/s',
      measured: calm.queued,
      unit: 'messages',
      budget: 0,
      note: 'so nothing waits for anything',
    },
  ];
}
