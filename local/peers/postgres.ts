import { chownSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, run } from '../command.ts';
import type { Instance } from '../instance.ts';
import { Problem } from '../problem.ts';
import { expectFree, type Recorded, start } from '../processes.ts';
import { libraryFolder, unpackDebian } from './debian.ts';

/** What PostgreSQL 15 needs beyond what every Debian has. */
const PACKAGES = ['postgresql-15', 'postgresql-client-15', 'libpq5', 'libxml2', 'libldap-2.5-0', 'libicu72'];
const BIN = 'usr/lib/postgresql/15/bin';

/** The user that belongs to nobody: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;

/** A database server that runs, with its tools. */
export interface Postgres {
  readonly process: Recorded;
  readonly version: string;
  readonly port: number;
}

/** Where the programs are: the machine's own PostgreSQL 15, or its packages unpacked. */
async function programs(onNote: (note: string) => void): Promise<{ bin: string; env: Record<string, string> }> {
  const plain = { PATH: process.env.PATH ?? '', LANG: 'C' };
  if (existsSync(join('/', BIN, 'initdb'))) return { bin: join('/', BIN), env: plain };
  const root = await unpackDebian('postgres', PACKAGES, onNote);
  return { bin: join(root, BIN), env: { ...plain, LD_LIBRARY_PATH: libraryFolder(root) } };
}

/** Starts PostgreSQL with an empty database `synapse`, all its settings as they come (so it waits for the disk at commits). */
export async function startPostgres(
  instance: Instance,
  port: number,
  onNote: (note: string) => void,
): Promise<Postgres> {
  await expectFree(port, 'PARLEY_PEERS_PORT');
  const { bin, env } = await programs(onNote);
  const data = join(instance.directory, 'postgres');
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { mode: 0o700 });
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(data, NOBODY, NOBODY);
  const prefix = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
  const command = (program: string, ...args: string[]): [string, string[]] => {
    const [first = '', ...rest] = [...prefix, join(bin, program), ...args];
    return [first, rest];
  };
  const must = async (program: string, ...args: string[]): Promise<string> => {
    const { code, output } = await run(...command(program, ...args), { env, cwd: data });
    if (code !== 0) throw new Problem(`${program} failed.\n${lastLines(output)}`);
    return output.trim();
  };
  onNote('making a database');
  const version = (await must('postgres', '--version')).replace(/^.*?(\d+\.\d+).*$/s, '$1');
  await must('initdb', '-D', data, '-U', 'synapse', '--auth=trust', '--locale=C', '--encoding=UTF8');
  const [program, args] = command('postgres', '-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '');
  const server = start(instance, { name: 'postgres', command: program, args, env, cwd: data });
  for (let attempt = 0; ; attempt++) {
    const there = ['-h', '127.0.0.1', '-p', String(port), '-U', 'synapse'];
    const { code, output } = await run(...command('createdb', ...there, 'synapse'), { env, cwd: data });
    if (code === 0) return { process: server, version, port };
    if (attempt > 100) throw new Problem(`PostgreSQL does not answer; its log is ${server.log}.\n${lastLines(output)}`);
    await sleep(100);
  }
}
