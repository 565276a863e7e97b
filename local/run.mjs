/**
 * The door to every command of package.json: plain JavaScript for the machine's own Node (20 or newer), builtins only.
 * Installs the npm packages by lock file if they are not there, then runs `local/<command>.ts` under the project's Node 24.
 * `PARLEY_SKIP_INSTALL=1` leaves node_modules alone.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

/** Whether npm's own record of what it installed holds every package of the lock file that this machine needs. */
function installed() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record) || !existsSync(node)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional, devOptional, peer }]) =>
      path === '' || present[path]?.version === version || (!present[path] && (optional || devOptional || peer)),
  );
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(
    `Node ${process.versions.node} is too old to install the packages: install Node 20 or newer and run this again.`,
  );
}

if (process.env.PARLEY_SKIP_INSTALL !== '1' && !installed()) {
  console.log('Installing npm packages by lock file (npm ci) ...');
  const started = Date.now();
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (npm.error) fail('npm was not found: install Node with npm and run this again.');
  if (npm.status !== 0) fail('npm ci failed: see its message above, and run this again once it is mended.');
  console.log(`npm packages installed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
if (!existsSync(node)) fail('The project has no Node 24 in node_modules/.bin: run npm ci without --ignore-scripts.');

const [command, ...args] = process.argv.slice(2);
const script = join(root, 'local', `${command}.ts`);
if (!command || !existsSync(script)) fail(`There is no command "${command}": see the scripts in package.json.`);

const child = spawn(node, [script, ...args], { cwd: root, stdio: 'inherit' });
// A terminal sends Ctrl-C to the whole group, so the child has it already; the parent only waits for its end.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
