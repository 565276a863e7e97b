import { type EmulatorOptions, emulatorEndpoint, startEmulator } from './emulator/emulator.ts';
import { type Instance, knownStack, type Stack, saveStack } from './instance.ts';
import { issuerUrl, startIssuer } from './issuer/issuer.ts';
import type { Recorded } from './processes.ts';
import { searchUrl, startSearchEngine } from './search-engine/search-engine.ts';
import { step } from './steps.ts';

/** The services that can be asked for. */
export const SERVICES = ['emulator', 'search', 'issuer'] as const;
export type Service = (typeof SERVICES)[number];

/** What was started, and by whom. */
export interface Services {
  readonly stack: Stack;
  /** The processes that this call started, not those it found running. */
  readonly started: Recorded[];
  /** Resolves when the search engine is healthy. It is slow to start, and much can be done meanwhile. */
  readonly searchReady: () => Promise<void>;
}

/**
 * Starts what is asked for, waits until all but the search engine is healthy, and writes the stack file.
 * To be called in a `session`, which stops what was started if something fails.
 */
export async function startServices(
  instance: Instance,
  services: readonly Service[],
  options: Pick<EmulatorOptions, 'enforceIam' | 'leaveOpen'> = {},
): Promise<Services> {
  const started: Recorded[] = [];
  const starting = async (
    name: string,
    address: string,
    start: (onNote: (note: string) => void) => Promise<Recorded | undefined>,
  ): Promise<void> =>
    step(name, async ({ note, done }) => {
      const process = await start(note);
      if (process) started.push(process);
      done(process ? address : `${address} (already running)`);
    });

  let tellSearch: (note: string) => void = () => {};
  const search = services.includes('search') ? searchUrl(instance) : undefined;
  const engine = search ? startSearchEngine(instance, (note) => tellSearch(note)) : undefined;
  // Its failure is reported by whoever waits for it; until then it is not unhandled.
  engine?.catch(() => {});
  if (services.includes('emulator')) {
    const searchAddress = search && new URL(search).host;
    await starting('AWS emulator', emulatorEndpoint(instance), (note) =>
      startEmulator(instance, { ...options, searchAddress }, note),
    );
  }
  if (services.includes('issuer')) await starting('Token issuer', issuerUrl(instance), () => startIssuer(instance));

  // What is deployed lives in the emulator: it is still there if the emulator was found running.
  const known = started.some(({ name }) => name === 'emulator') ? {} : knownStack(instance);
  const stack: Stack = {
    ...known,
    instance: instance.name,
    endpoint: emulatorEndpoint(instance),
    ...(search === undefined ? {} : { searchUrl: search }),
    issuer: issuerUrl(instance),
    region: 'us-east-1',
    accountId: '000000000000',
  };
  saveStack(instance, stack);
  const searchReady = async () => {
    if (!engine || !search) return;
    await starting('OpenSearch', search, (note) => {
      tellSearch = note;
      return engine;
    });
  };
  return { stack, started, searchReady };
}
