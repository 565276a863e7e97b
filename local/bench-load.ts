/**
 * `npm run bench:load -- [--sockets 5000] [--seconds 240] [--quick]`: as many sockets as this machine carries, messages among
 * them, and a return of all at once, against an instance of its own that is gone afterwards.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningPeers } from '#bench/peers/running.ts';
import { run } from './command.ts';
import { instanceNamed, ROOT } from './instance.ts';
import { startParley } from './peers/parley.ts';
import { main, Problem } from './problem.ts';
import { session } from './session.ts';

/** Ports beside those of every other instance, unless the environment says others. */
const PORTS = { PARLEY_EMULATOR_PORT: '5766', PARLEY_SEARCH_PORT: '9760', PARLEY_ISSUER_PORT: '5770' };

await main(async () => {
  if (process.platform !== 'linux')
    throw new Problem('This reads processor time and memory from /proc: run it on Linux.');
  const instance = instanceNamed('load', { ...PORTS, ...process.env });
  return session(instance, async () => {
    const found: RunningPeers = { peers: [await startParley(instance)], missing: [] };
    const file = join(instance.directory, 'peers.json');
    writeFileSync(file, JSON.stringify(found, null, 2));
    const { code } = await run(process.execPath, [join(ROOT, 'bench/load.ts'), ...process.argv.slice(2)], {
      cwd: ROOT,
      env: { ...process.env, PARLEY_PEERS: file },
      inherit: true,
    });
    return code;
  });
});
