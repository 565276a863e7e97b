import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { Problem } from './problem.ts';

/** The repository's root. */
export const ROOT = join(import.meta.dirname, '..');

/** Where everything local lives: one folder an instance, and `tools` for what all instances share. Not in git. */
export const STATE = join(ROOT, '.parley');

/** The ports an instance listens on, on loopback only. */
export interface Ports {
  readonly emulator: number;
  readonly search: number;
  readonly issuer: number;
}

/** A named set of processes and ports with its state in one folder. Two instances share nothing that runs. */
export interface Instance {
  readonly name: string;
  readonly directory: string;
  readonly ports: Ports;
  /** An endpoint that takes the emulator's place (`AWS_ENDPOINT_URL`). */
  readonly givenEndpoint?: string;
  /** An OpenSearch that takes the bundled engine's place (`PARLEY_SEARCH_URL`). */
  readonly givenSearchUrl?: string;
}

const DEFAULT_PORTS: Record<string, Ports> = {
  dev: { emulator: 4566, search: 9200, issuer: 4500 },
  test: { emulator: 4666, search: 9300, issuer: 4600 },
  iam: { emulator: 4766, search: 9400, issuer: 4700 },
  api: { emulator: 4966, search: 9600, issuer: 4900 },
  probe: { emulator: 4866, search: 9500, issuer: 4800 },
};

const Port = z.coerce.number().int().min(1).max(65_535);

function port(variable: string, usual: number | undefined, env: NodeJS.ProcessEnv): number {
  const given = env[variable];
  if (given === undefined || given === '') {
    if (usual !== undefined) return usual;
    throw new Problem(
      'This instance has no ports of its own: set PARLEY_EMULATOR_PORT, PARLEY_SEARCH_PORT and PARLEY_ISSUER_PORT to free ports.',
    );
  }
  const parsed = Port.safeParse(given);
  if (!parsed.success) throw new Problem(`${variable}=${given} is not a port: set it to a number from 1 to 65535.`);
  return parsed.data;
}

function url(variable: string, env: NodeJS.ProcessEnv): string | undefined {
  const given = env[variable];
  if (!given) return undefined;
  if (!URL.canParse(given)) throw new Problem(`${variable}=${given} is not a URL: set it like http://127.0.0.1:4566.`);
  return given.replace(/\/+$/, '');
}

/**
 * The instance of that name. `PARLEY_EMULATOR_PORT`, `PARLEY_SEARCH_PORT` and `PARLEY_ISSUER_PORT` override its ports,
 * `AWS_ENDPOINT_URL` and `PARLEY_SEARCH_URL` replace its services.
 */
export function instanceNamed(name: string, env: NodeJS.ProcessEnv = process.env): Instance {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name) || name === 'tools') {
    throw new Problem(
      `"${name}" cannot name an instance: use lower case letters, digits and dashes (and not "tools").`,
    );
  }
  const usual = DEFAULT_PORTS[name];
  const directory = join(STATE, name);
  mkdirSync(directory, { recursive: true });
  return {
    name,
    directory,
    ports: {
      emulator: port('PARLEY_EMULATOR_PORT', usual?.emulator, env),
      search: port('PARLEY_SEARCH_PORT', usual?.search, env),
      issuer: port('PARLEY_ISSUER_PORT', usual?.issuer, env),
    },
    givenEndpoint: url('AWS_ENDPOINT_URL', env),
    givenSearchUrl: url('PARLEY_SEARCH_URL', env),
  };
}

/** An environment for commands that only stop things: any name will do, whatever its ports were. */
export const WITHOUT_PORTS = { PARLEY_EMULATOR_PORT: '1', PARLEY_SEARCH_PORT: '1', PARLEY_ISSUER_PORT: '1' } as const;

/** What runs, for whoever wants to talk to it; `restUrl` and what follows exist once the app is deployed. */
export const Stack = z.object({
  instance: z.string(),
  endpoint: z.url(),
  searchUrl: z.url().optional(),
  issuer: z.url(),
  region: z.string(),
  accountId: z.string(),
  restUrl: z.url().optional(),
  webSocketUrl: z.string().optional(),
  tableName: z.string().optional(),
  quarantineBucketName: z.string().optional(),
  cleanBucketName: z.string().optional(),
  /** Every output of the deployed stacks by its key. */
  outputs: z.record(z.string(), z.string()).optional(),
});
export type Stack = z.output<typeof Stack>;

/** The path of an instance's stack file. */
export const stackFile = (instance: Instance): string => join(instance.directory, 'stack.json');

/** Writes the stack file. */
export function saveStack(instance: Instance, stack: Stack): void {
  writeFileSync(stackFile(instance), `${JSON.stringify(stack, null, 2)}\n`);
}

/** What the stack file says, or nothing. */
export function knownStack(instance: Instance): Partial<Stack> {
  const file = stackFile(instance);
  return existsSync(file) ? Stack.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
}

/** Reads the stack file of an instance. Raises a `Problem` when nothing was started. */
export function loadStack(instance: Instance): Stack {
  const file = stackFile(instance);
  if (!existsSync(file)) throw new Problem(`Nothing runs as "${instance.name}": start it with npm start.`);
  return Stack.parse(JSON.parse(readFileSync(file, 'utf8')));
}
