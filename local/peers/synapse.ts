import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningPeer } from '#bench/peers/running.ts';
import { lastLines, run } from '../command.ts';
import { findPython } from '../emulator/python.ts';
import type { Instance } from '../instance.ts';
import { Problem } from '../problem.ts';
import { expectFree, start, untilHealthy } from '../processes.ts';
import { ensureTool } from '../tools.ts';
import { startPostgres } from './postgres.ts';

const REQUIREMENTS = join(import.meta.dirname, 'synapse-requirements.txt');

async function ensureSynapse(onNote: (note: string) => void): Promise<string> {
  const { folder } = await ensureTool('synapse', readFileSync(REQUIREMENTS, 'utf8'), async (target) => {
    onNote('creating a virtual environment');
    const venv = await run(await findPython(), ['-m', 'venv', target]);
    if (venv.code !== 0) throw new Problem(`python -m venv failed.\n${lastLines(venv.output)}`);
    onNote('installing matrix-synapse (pip)');
    const args = ['-m', 'pip', 'install', '-q', '--only-binary=:all:', '-r', REQUIREMENTS];
    const pip = await run(join(target, 'bin', 'python'), args);
    if (pip.code !== 0) throw new Problem(`pip could not install matrix-synapse.\n${lastLines(pip.output)}`);
  });
  return join(folder, 'bin', 'python');
}

const UNLIMITED = { per_second: 1_000_000, burst_count: 1_000_000 };

/** Presence, rate limits and federation off; everything else as it comes. */
const configuration = (folder: string, port: number, databasePort: number, secret: string) => ({
  server_name: 'localhost',
  report_stats: false,
  presence: { enabled: false },
  federation_domain_whitelist: [],
  trusted_key_servers: [],
  suppress_key_server_warning: true,
  listeners: [{ port, type: 'http', bind_addresses: ['127.0.0.1'], resources: [{ names: ['client'] }] }],
  database: {
    name: 'psycopg2',
    args: { user: 'synapse', dbname: 'synapse', host: '127.0.0.1', port: databasePort, cp_min: 5, cp_max: 10 },
  },
  log_config: join(folder, 'log.json'),
  media_store_path: join(folder, 'media'),
  signing_key_path: join(folder, 'signing.key'),
  pid_file: join(folder, 'pid'),
  registration_shared_secret: secret,
  macaroon_secret_key: randomBytes(16).toString('hex'),
  form_secret: randomBytes(16).toString('hex'),
  // Users are made by the hundred here, and no password is worth anything.
  bcrypt_rounds: 4,
  rc_message: UNLIMITED,
  rc_registration: UNLIMITED,
  rc_login: { address: UNLIMITED, account: UNLIMITED, failed_attempts: UNLIMITED },
  rc_joins: { local: UNLIMITED, remote: UNLIMITED },
  rc_joins_per_room: UNLIMITED,
  rc_invites: { per_room: UNLIMITED, per_user: UNLIMITED, per_issuer: UNLIMITED },
  rc_room_creation: UNLIMITED,
  rc_presence: { per_user: UNLIMITED },
});

const LOGGING = {
  version: 1,
  handlers: { console: { class: 'logging.StreamHandler' } },
  root: { level: 'WARNING', handlers: ['console'] },
};

/** Starts Synapse on PostgreSQL, both with nothing in them. Uses two ports from `port` on. */
export async function startSynapse(
  instance: Instance,
  port: number,
  onNote: (note: string) => void,
): Promise<RunningPeer> {
  const python = await ensureSynapse(onNote);
  await expectFree(port, 'PARLEY_PEERS_PORT');
  const database = await startPostgres(instance, port + 1, onNote);
  const folder = join(instance.directory, 'synapse');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const secret = randomBytes(16).toString('hex');
  const file = join(folder, 'homeserver.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(configuration(folder, port, database.port, secret), null, 2));
  writeFileSync(join(folder, 'log.json'), JSON.stringify(LOGGING));
  onNote('making keys');
  const env = { PATH: process.env.PATH ?? '', HOME: folder, LANG: 'C.UTF-8', PYTHONUNBUFFERED: '1' };
  const args = ['-m', 'synapse.app.homeserver', '-c', file];
  const keys = await run(python, [...args, '--generate-keys'], { env, cwd: folder });
  if (keys.code !== 0) throw new Problem(`Synapse could not make its keys.\n${lastLines(keys.output)}`);
  onNote('starting');
  const server = start(instance, { name: 'synapse', command: python, args, env, cwd: folder });
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(`${url}/health`, { process: server, seconds: 60 });
  const version = /^matrix-synapse==(.*)$/m.exec(readFileSync(REQUIREMENTS, 'utf8'))?.[1];
  return {
    kind: 'synapse',
    version: `${version}, PostgreSQL ${database.version}`,
    url,
    secret,
    parts: [
      { name: 'Synapse', pid: server.pid },
      { name: 'PostgreSQL', pid: database.process.pid },
    ],
  };
}
