import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Instance, ROOT } from '../instance.ts';
import { Problem } from '../problem.ts';
import { answers, expectFree, isAlive, type Recorded, running, start, stop, untilHealthy } from '../processes.ts';
import { ensurePython } from './python.ts';

/** What the emulator is started with. */
export interface EmulatorOptions {
  /** Enforce IAM as AWS does: every call is judged by the caller's own policies. */
  readonly enforceIam?: boolean;
  /** `host:port` that emulated OpenSearch domains are reached at. */
  readonly searchAddress?: string;
  /** Names of gaps to leave open (see `parley_emulator/__main__.py`); only its tests use it. */
  readonly leaveOpen?: readonly string[];
  /** Seconds between two sweeps for expired items; `PARLEY_TTL_SECONDS` or an hour when absent. DynamoDB takes up to days. */
  readonly ttlSeconds?: number;
}

/** The address of an instance's emulator. An IP and not a name: the SDK then puts the bucket into the path by itself. */
export const emulatorEndpoint = (instance: Instance): string =>
  instance.givenEndpoint ?? `http://127.0.0.1:${instance.ports.emulator}`;

/** Whether the endpoint is somebody else's, so that nothing is started for it. */
const isGiven = (instance: Instance) => instance.givenEndpoint !== undefined;

function temporaryFolder(instance: Instance): string {
  const folder = join(instance.directory, 'tmp');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Functions are unpacked below it as CommonJS: without this file they would inherit "type": "module" from this repository.
  writeFileSync(join(folder, 'package.json'), '{}\n');
  return folder;
}

/** The whole environment of the emulator: functions inherit it, so nothing of the developer's shell may be in it. */
function environment(instance: Instance, options: EmulatorOptions): Record<string, string> {
  const folder = temporaryFolder(instance);
  return {
    PATH: [join(ROOT, 'node_modules', 'node', 'bin'), process.env.PATH ?? ''].join(delimiter),
    HOME: folder,
    LANG: 'C.UTF-8',
    TMPDIR: folder,
    PYTHONPATH: import.meta.dirname,
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: '127.0.0.1',
    GATEWAY_PORT: String(instance.ports.emulator),
    MINISTACK_REGION: 'us-east-1',
    // The emulator's own loader calls url.parse(); without this, every function's log begins with that warning.
    NODE_OPTIONS: '--disable-warning=DEP0169',
    LAMBDA_EXECUTOR: 'local',
    LOG_LEVEL: 'INFO',
    AUTH: String(options.enforceIam === true),
    PERSIST_STATE: '0',
    // Both open ports of their own, which a second instance would find taken.
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    MINISTACK_OPENSEARCH_ENDPOINT: options.searchAddress ?? '',
    PARLEY_LEAVE_OPEN: (options.leaveOpen ?? []).join(','),
    PARLEY_TTL_SECONDS: String(options.ttlSeconds ?? process.env.PARLEY_TTL_SECONDS ?? 3600),
  };
}

/** Starts the emulator, or finds the instance's own still running. Returns the process if this call started one. */
export async function startEmulator(
  instance: Instance,
  options: EmulatorOptions,
  onNote: (note: string) => void = () => {},
): Promise<Recorded | undefined> {
  const endpoint = emulatorEndpoint(instance);
  if (isGiven(instance)) {
    // Any answer will do: whoever set the variable knows what stands there.
    if (!(await answers(endpoint))) {
      throw new Problem(`Nothing answers at AWS_ENDPOINT_URL=${endpoint}: start it, or unset the variable.`);
    }
    return undefined;
  }
  const before = running(instance).find(({ name }) => name === 'emulator');
  if (before && isAlive(before)) {
    await untilHealthy(`${endpoint}/_ministack/ready`, { process: before, seconds: 30 });
    return undefined;
  }
  await expectFree(instance.ports.emulator, 'PARLEY_EMULATOR_PORT');
  const python = await ensurePython(onNote);
  onNote('starting');
  const process = start(instance, {
    name: 'emulator',
    command: python,
    args: ['-m', 'parley_emulator'],
    env: environment(instance, options),
    cwd: instance.directory,
  });
  try {
    await untilHealthy(`${endpoint}/_ministack/ready`, { process, seconds: 60 });
  } catch (error) {
    await stop(instance, [process]);
    throw error;
  }
  return process;
}
