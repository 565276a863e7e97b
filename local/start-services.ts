import { type EmulatorOptions, emulatorEndpoint, startEmulator } from './emulator/emulator.ts';
import { type Instance, knownStack, type Stack, saveStack } from './instance.ts';
import { issuerUrl, startIssuer } from './issuer/issuer.ts';
import { type Recorded, stop } from './processes.ts';
import { searchUrl, startSearchEngine } from './search-engine/search-engine.ts';
import { step } from './steps.ts';

/** The services that can be asked for. */
export const SERVICES = ['emulator', 'search', 'issuer'] as const;
export type Service = (typeof SERVICES)[number];

/**
 * Starts what is asked for and waits until it is healthy, writes the stack file, and returns it with the processes that
 * this call started (not those it found running). If one fails, those started before it are stopped again.
 */
export async function startServices(
  instance: Instance,
  services: readonly Service[],
  options: Pick<EmulatorOptions, 'enforceIam' | 'leaveOpen'> = {},
): Promise<{ readonly stack: Stack; readonly started: Recorded[] }> {
  const search = services.includes('search') ? searchUrl(instance) : undefined;
  const searchAddress = search && new URL(search).host;
  const starts: Record<Service, (onNote: (note: string) => void) => Promise<Recorded | undefined>> = {
    emulator: (onNote) => startEmulator(instance, { ...options, searchAddress }, onNote),
    search: (onNote) => startSearchEngine(instance, onNote),
    issuer: () => startIssuer(instance),
  };
  const titles = { emulator: 'AWS emulator', search: 'OpenSearch', issuer: 'Token issuer' };
  const addresses = { emulator: emulatorEndpoint(instance), search: search ?? '', issuer: issuerUrl(instance) };
  const started: Recorded[] = [];
  try {
    for (const service of SERVICES.filter((name) => services.includes(name))) {
      await step(titles[service], async ({ note, done }) => {
        const process = await starts[service](note);
        if (process) started.push(process);
        done(process ? addresses[service] : `${addresses[service]} (already running)`);
      });
    }
  } catch (error) {
    await stop(instance, started);
    throw error;
  }
  // What is deployed lives in the emulator: it is still there if the emulator was found running.
  const known = started.some(({ name }) => name === 'emulator') ? {} : knownStack(instance);
  const stack: Stack = {
    ...known,
    instance: instance.name,
    endpoint: addresses.emulator,
    ...(search === undefined ? {} : { searchUrl: search }),
    issuer: issuerUrl(instance),
    region: 'us-east-1',
    accountId: '000000000000',
  };
  saveStack(instance, stack);
  return { stack, started };
}
