/**
 * Puts the servers that `PARLEY_PEERS` names under the same load and prints how they compare; `npm run bench:peers` brings
 * them up and runs it. Writes `bench/results/peers.json` unless it was a quick look. Timings are figures, never assertions.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { main } from '#local/problem.ts';
import { apiOf } from './client.ts';
import { cpuMeter, idleCpu, memoryOf, pidsOf, pin } from './peers/cpu.ts';
import { handlerCpu } from './peers/handler-cpu.ts';
import { type Figures, type Length, loadRoom } from './peers/load.ts';
import { parley } from './peers/parley.ts';
import type { Peer } from './peers/peer.ts';
import { prosody } from './peers/prosody.ts';
import { type Comparison, comparisonOf, load, machineFacts, tableOfParts, tableOfPeers } from './peers/results.ts';
import { type RunningPeer, RunningPeers } from './peers/running.ts';
import { synapse } from './peers/synapse.ts';
import { withProgress } from './progress.ts';

const RESULTS = join(import.meta.dirname, 'results');
const NAMES = { parley: 'Parley, whole, on the emulator', synapse: 'Matrix Synapse', prosody: 'Prosody' } as const;
const IDLE_SECONDS = 5;

const LENGTH: Length = { warmUpMs: 3_000, single: 60, singleMs: 6_000, manyMs: 5_000 };
const QUICK: Length = { warmUpMs: 2_000, single: 20, singleMs: 2_000, manyMs: 2_000 };

/** Ticks of the progress bar that one room gives. */
const TICKS = 3;

function adapterOf(peer: RunningPeer): Peer {
  if (peer.kind === 'parley') return parley(apiOf(peer.stack, peer.directory));
  return peer.kind === 'synapse' ? synapse(peer) : prosody(peer);
}

/** Servers on the first core, this program on the second. */
function separate(peers: readonly RunningPeer[]): boolean {
  if (cpus().length < 2) return false;
  return pin([process.pid], 1) && peers.every((peer) => pin(pidsOf(peer), 0));
}

/** A run that came to no figures. */
interface Failure {
  readonly peer: string;
  readonly members: number;
  readonly why: string;
}

async function compare(
  peers: readonly RunningPeer[],
  sizes: readonly number[],
  rounds: number,
  length: Length,
): Promise<{ comparisons: Comparison[]; failed: Failure[]; idle: Record<string, Record<string, number>> }> {
  const failed: Failure[] = [];
  const idle: Record<string, Record<string, number>> = {};
  for (const peer of peers) idle[peer.kind] = await idleCpu(peer, IDLE_SECONDS);
  const runs = new Map<string, Figures[]>();
  const total = rounds * sizes.length * peers.length * TICKS;
  await withProgress('comparing', total, async (tick) => {
    // One after another in every round: what else the machine does meets all of them.
    for (let round = 0; round < rounds; round++)
      for (const size of sizes)
        for (const peer of peers) {
          const key = `${peer.kind} ${size}`;
          try {
            const figures = await loadRoom(adapterOf(peer), size, length, cpuMeter(peer), idle[peer.kind]!, tick);
            runs.set(key, [...(runs.get(key) ?? []), figures]);
          } catch (error) {
            // On a machine that is too busy any of them may give up: it is said, and the others go on.
            failed.push({ peer: NAMES[peer.kind], members: size, why: (error as Error).message });
          }
        }
  });
  const comparisons = sizes.flatMap((size) =>
    peers.flatMap((peer) => {
      const found = runs.get(`${peer.kind} ${size}`);
      return found ? [comparisonOf(NAMES[peer.kind], size, found)] : [];
    }),
  );
  return { comparisons, failed, idle };
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      sizes: { type: 'string', default: '2,10,50' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  const { peers, missing } = RunningPeers.parse(JSON.parse(readFileSync(process.env.PARLEY_PEERS ?? '', 'utf8')));
  const sizes = values.sizes.split(',').map(Number);
  const facts = { ...machineFacts(), loadBefore: load() };
  const separated = separate(peers);
  const rounds = values.quick ? 1 : Number(values.rounds);
  const { comparisons, failed, idle } = await compare(peers, sizes, rounds, values.quick ? QUICK : LENGTH);
  const memory = Object.fromEntries(peers.map((peer) => [NAMES[peer.kind], memoryOf(peer)]));
  const ours = peers.find((peer) => peer.kind === 'parley');
  const handler = ours ? await handlerCpu(ours.stack, sizes, values.quick ? 100 : 400) : [];

  console.log(`\n${tableOfPeers(comparisons)}\n\n${tableOfParts(comparisons, memory)}`);
  for (const { members, cpuPerMessage } of handler)
    console.log(
      `Parley, the sending function alone, N = ${members}: ${cpuPerMessage.toFixed(2)} CPU-ms a message, ${(cpuPerMessage / members).toFixed(3)} a delivery`,
    );
  for (const { peer, members, repeated } of comparisons)
    if (repeated > 0)
      console.log(`${peer}, N = ${members}: ${repeated} sends had to be repeated because the server failed`);
  for (const { peer, members, why } of failed) console.log(`A RUN FAILED: ${peer}, N = ${members}: ${why}`);
  for (const { kind, why } of missing) console.log(`NOT COMPARED: ${kind}: ${why}`);
  const busy = load();
  console.log(
    `Load of the machine: ${facts.loadBefore} before, ${busy} after, on ${facts.cores} cores${separated ? '' : '; servers and client were not kept on cores of their own'}.`,
  );
  if (!values.quick && values.only === undefined) {
    mkdirSync(RESULTS, { recursive: true });
    const versions = Object.fromEntries(peers.map(({ kind, version }) => [kind, version]));
    const result = {
      at: new Date().toISOString(),
      machine: { ...facts, loadAfter: busy, serversOnCore: separated ? 0 : null, clientOnCore: separated ? 1 : null },
      versions,
      missing,
      failed,
      comparisons,
      handler,
      idleCpuMsPerSecond: idle,
      memoryMB: memory,
    };
    writeFileSync(join(RESULTS, 'peers.json'), `${JSON.stringify(result, null, 2)}\n`);
  }
  return 0;
});
