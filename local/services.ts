/**
 * `npm run services -- [--instance dev] [--only emulator|search|issuer] [--detach] [--iam]`
 * The emulator, the search engine and the token issuer without the app, for tests of single parts; stays until Ctrl-C unless detached.
 */
import { parseArgs } from 'node:util';
import { instanceNamed, stackFile } from './instance.ts';
import { main, Problem } from './problem.ts';
import { session } from './session.ts';
import { SERVICES, startServices } from './start-services.ts';

await main(async () => {
  const { values } = parseArgs({
    options: {
      instance: { type: 'string', default: 'dev' },
      only: { type: 'string' },
      detach: { type: 'boolean', default: false },
      iam: { type: 'boolean', default: false },
    },
  });
  const services = SERVICES.filter((name) => values.only === undefined || values.only === name);
  if (services.length === 0)
    throw new Problem(`--only ${values.only} names no service: use emulator, search or issuer.`);
  const instance = instanceNamed(values.instance);
  return session(instance, async (interrupted) => {
    const { searchReady } = await startServices(instance, services, { enforceIam: values.iam });
    await searchReady();
    console.log(`Written: ${stackFile(instance)}`);
    if (values.detach) return 'keep';
    console.log('Ctrl-C stops what this command started.');
    await interrupted;
    return 0;
  });
});
