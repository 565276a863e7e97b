/**
 * As many sockets as this machine carries against the app of `PARLEY_PEERS`: how many, what rate of messages with all of them
 * open, how much memory, and how long until all are back after all were cut at once. `npm run bench:load` runs it.
 * Writes `bench/results/load.json`, unless it was a quick look. Timings are figures, never assertions.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { main, Problem } from '#local/problem.ts';
import { apiOf } from './client.ts';
import { Crowd, ROOM, say } from './load/crowd.ts';
import { reconnectAll } from './load/reconnect.ts';
import { memoryOf } from './peers/cpu.ts';
import { megabytesOf } from './peers/process-tree.ts';
import { load, machineFacts } from './peers/results.ts';
import { RunningPeers } from './peers/running.ts';
import { type Tick, withProgress } from './progress.ts';
import { percentile, type Row, tableOf } from './row.ts';

const RESULTS = join(import.meta.dirname, 'results');
const SENDERS = 16;

const total = (parts: Readonly<Record<string, number>>): number =>
  Object.values(parts).reduce((sum, value) => sum + value, 0);

/** Messages that not all had seen in time, or that were not taken. */
let unseen = 0;

/** The times that came; the others are counted. */
const seenOf = (settled: readonly PromiseSettledResult<number>[]): number[] => {
  const times = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  unseen += settled.length - times.length;
  return times;
};

/** Milliseconds to seen by all, in rooms one after another. */
async function inTurn(crowd: Crowd, count: number, tick: Tick): Promise<number[]> {
  const times: number[] = [];
  for (let sent = 0; sent < count; sent++) {
    const room = crowd.rooms[(sent * 7) % crowd.rooms.length]!;
    times.push(...seenOf(await Promise.allSettled([say(room, room.seats[sent % ROOM]!).seen])));
    tick();
  }
  return times;
}

/** Several senders at once all over the rooms: milliseconds to seen by all, and messages a second. */
async function atOnce(crowd: Crowd, seconds: number): Promise<{ times: number[]; rate: number }> {
  const start = performance.now();
  const sent: Promise<number>[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      while (performance.now() - start < seconds * 1_000) {
        const room = crowd.rooms[next++ % crowd.rooms.length]!;
        const { taken, seen } = say(room, room.seats[next % ROOM]!);
        sent.push(seen);
        await taken.catch(() => undefined); // It is among those not seen.
      }
    }),
  );
  const times = seenOf(await Promise.allSettled(sent));
  return { times, rate: times.length / ((performance.now() - start) / 1_000) };
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      sockets: { type: 'string', default: '5000' },
      seconds: { type: 'string', default: '240' },
      quick: { type: 'boolean', default: false },
    },
  });
  const ramp = values.quick
    ? { sockets: 200, seconds: 60 }
    : { sockets: Number(values.sockets), seconds: Number(values.seconds) };
  const { peers } = RunningPeers.parse(JSON.parse(readFileSync(process.env.PARLEY_PEERS ?? '', 'utf8')));
  const ours = peers.find((peer) => peer.kind === 'parley');
  if (!ours) throw new Problem('Parley does not run: npm run bench:load starts it.');
  const facts = { ...machineFacts(), loadBefore: load() };
  const crowd = new Crowd(apiOf(ours.stack, ours.directory));
  try {
    const emptyServer = memoryOf(ours);
    const emptyClient = megabytesOf(process.pid);

    const began = performance.now();
    const why = await withProgress('opening sockets', ramp.sockets, (tick) => crowd.fill(ramp, tick));
    const opening = performance.now() - began;
    const sockets = crowd.open;
    const count = values.quick ? 20 : 100;
    const single = await withProgress('one message at a time', count, (tick) => inTurn(crowd, count, tick));
    const many = await withProgress('several at once', 1, () => atOnce(crowd, values.quick ? 5 : 20));
    const fullServer = memoryOf(ours);
    const fullClient = megabytesOf(process.pid);
    const dropped = crowd.dropped;
    const back = await withProgress('all come back at once', sockets, (tick) =>
      reconnectAll(crowd, ramp.seconds, tick),
    );
    const after = await inTurn(crowd, Math.min(20, count), () => {});

    const emulator = (fullServer['Emulator'] ?? 0) - (emptyServer['Emulator'] ?? 0);
    const rows: Row[] = [
      { name: 'Sockets open at once', measured: sockets, unit: 'sockets', note: `in rooms of ${ROOM}; ended: ${why}` },
      {
        name: 'Opened',
        measured: sockets / (opening / 1_000),
        unit: 'sockets/s',
        note: 'ticket, $connect and the rooms included',
      },
      { name: 'Dropped while open', measured: dropped, unit: 'sockets' },
      {
        name: 'Send to seen by all with all open: p50',
        measured: percentile(single, 50),
        unit: 'ms',
        note: 'one at a time',
      },
      { name: 'Send to seen by all with all open: p99', measured: percentile(single, 99), unit: 'ms' },
      {
        name: 'Rate reached',
        measured: many.rate,
        unit: 'messages/s',
        note: `${SENDERS} senders at once, until seen by all`,
      },
      { name: 'Frames delivered at that rate', measured: many.rate * ROOM, unit: 'a second' },
      { name: 'Send to seen by all at that rate: p50', measured: percentile(many.times, 50), unit: 'ms' },
      { name: 'Send to seen by all at that rate: p99', measured: percentile(many.times, 99), unit: 'ms' },
      {
        name: 'Messages not seen by all within 90 s',
        measured: unseen,
        unit: 'messages',
        note: 'the sockets here only listen: they pull nothing',
      },
      {
        name: 'Memory of the server',
        measured: total(fullServer),
        unit: 'MB',
        note: `${Object.entries(fullServer)
          .map(([part, megabytes]) => `${part} ${megabytes.toFixed(0)}`)
          .join(', ')}; ${total(emptyServer).toFixed(0)} before`,
      },
      {
        name: 'Memory of the emulator for a socket',
        measured: (emulator * 1_024) / sockets,
        unit: 'KB',
        note: 'with the rooms and messages of the run',
      },
      {
        name: 'Memory of the client for a socket',
        measured: ((fullClient - emptyClient) * 1_024) / sockets,
        unit: 'KB',
      },
      {
        name: 'All cut at once: back',
        measured: back.back,
        unit: 'sockets',
        note: `of ${back.sockets}, without any pacing by the clients`,
      },
      { name: 'Half were back after', measured: back.p50 / 1_000, unit: 's' },
      {
        name: 'All were back after',
        measured: back.last / 1_000,
        unit: 's',
        note: `99 of 100 after ${(back.p99 / 1_000).toFixed(1)} s`,
      },
      {
        name: 'Attempts that failed',
        measured: total(back.errors),
        unit: 'attempts',
        note: Object.entries(back.errors)
          .map(([what, times]) => `${times} × ${what}`)
          .join('; '),
      },
      {
        name: 'Peak',
        measured: back.opensPerSecond,
        unit: 'sockets/s',
        note: `${back.underWay} attempts under way at once; an attempt is two requests, a ticket and a socket`,
      },
      { name: 'Send to seen by all when all were back: p50', measured: percentile(after, 50), unit: 'ms' },
    ];
    console.log(
      `\n${tableOf(rows)}\nLoad of the machine: ${facts.loadBefore} before, ${load()} after, on ${facts.cores} cores.`,
    );
    if (!values.quick) {
      mkdirSync(RESULTS, { recursive: true });
      const result = { at: new Date().toISOString(), machine: { ...facts, loadAfter: load() }, rows };
      writeFileSync(join(RESULTS, 'load.json'), `${JSON.stringify(result, null, 2)}\n`);
    }
    return 0;
  } finally {
    crowd.cut(); // Open sockets keep this process alive.
  }
});
