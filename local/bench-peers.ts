/**
 * `npm run bench:peers -- [--only parley,synapse,prosody] [--sizes 2,10,50] [--rounds 5] [--quick]`: how Parley compares with
 * Matrix Synapse (on PostgreSQL) and Prosody under the same load. Installs them into `.parley/tools` where they are not
 * there, starts all of them, and stops what it started.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { Kind, type RunningPeer, type RunningPeers } from '#bench/peers/running.ts';
import { run } from './command.ts';
import { type Instance, instanceNamed, ROOT } from './instance.ts';
import { startParley } from './peers/parley.ts';
import { startProsody } from './peers/prosody.ts';
import { startSynapse } from './peers/synapse.ts';
import { main, Problem } from './problem.ts';
import { session } from './session.ts';
import { step } from './steps.ts';

/** Ports beside those of every other instance, unless the environment says others. */
const PORTS = { PARLEY_EMULATOR_PORT: '5666', PARLEY_SEARCH_PORT: '9660', PARLEY_ISSUER_PORT: '5670' };

/** The first of three ports: Synapse, PostgreSQL, Prosody. */
const PEERS_PORT = z.coerce.number().int().min(1).max(65_533).default(5_680);

type Start = (instance: Instance, port: number, onNote: (note: string) => void) => Promise<RunningPeer>;

/** Starts another's server; one that cannot be had is said, and the others are compared all the same. */
async function startOther(
  name: string,
  start: () => ReturnType<Start>,
  peers: RunningPeers,
  kind: Kind,
): Promise<void> {
  try {
    peers.peers.push(await start());
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.log(`${name} is NOT compared: ${error.message}`);
    peers.missing.push({ kind, why: error.message.split('\n')[0]! });
  }
}

await main(async () => {
  if (process.platform !== 'linux')
    throw new Problem('This reads processor time and memory from /proc: run it on Linux.');
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: Kind.options.join(',') },
      rounds: { type: 'string' },
      sizes: { type: 'string' },
      quick: { type: 'boolean' },
    },
  });
  const wanted = z.array(Kind).safeParse(values.only.split(','));
  if (!wanted.success) throw new Problem(`--only ${values.only}: the peers are ${Kind.options.join(', ')}.`);
  const port = PEERS_PORT.parse(process.env.PARLEY_PEERS_PORT);
  const instance = instanceNamed('peers', { ...PORTS, ...process.env });
  return session(instance, async () => {
    const found: RunningPeers = { peers: [], missing: [] };
    const other = (kind: Kind, name: string, start: Start, from: number) =>
      startOther(name, () => step(name, ({ note }) => start(instance, from, note)), found, kind);
    if (wanted.data.includes('parley')) found.peers.push(await startParley(instance));
    if (wanted.data.includes('synapse')) await other('synapse', 'Matrix Synapse', startSynapse, port);
    if (wanted.data.includes('prosody')) await other('prosody', 'Prosody', startProsody, port + 2);
    const file = join(instance.directory, 'peers.json');
    writeFileSync(file, JSON.stringify(found, null, 2));
    const { code } = await run(process.execPath, [join(ROOT, 'bench/peers.ts'), ...process.argv.slice(2)], {
      cwd: ROOT,
      env: { ...process.env, PARLEY_PEERS: file },
      inherit: true,
    });
    return code;
  });
});
