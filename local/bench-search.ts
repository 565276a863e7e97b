/**
 * `npm run bench:search -- [--messages 1000000] [--tenants 100] [--quick]`: how long a search takes among the real messages and
 * among a million that are made from them, against a search engine of its own that is gone afterwards. Takes about ten minutes.
 */
import { join } from 'node:path';
import { run } from './command.ts';
import { instanceNamed, ROOT } from './instance.ts';
import { main } from './problem.ts';
import { searchUrl } from './search-engine/search-engine.ts';
import { session } from './session.ts';
import { startServices } from './start-services.ts';

/** Ports beside those of every other instance, unless the environment says others. */
const PORTS = { PARLEY_EMULATOR_PORT: '5866', PARLEY_SEARCH_PORT: '9860', PARLEY_ISSUER_PORT: '5870' };

await main(async () => {
  const instance = instanceNamed('search', { ...PORTS, ...process.env });
  return session(instance, async () => {
    const { searchReady } = await startServices(instance, ['search']);
    await searchReady();
    const { code } = await run(process.execPath, [join(ROOT, 'bench/search.ts'), ...process.argv.slice(2)], {
      cwd: ROOT,
      env: { ...process.env, PARLEY_SEARCH_URL: searchUrl(instance) },
      inherit: true,
    });
    return code;
  });
});
