/** `npm run stop -- [--instance dev]`: stops everything the instance started, and nothing else. */
import { parseArgs } from 'node:util';
import { instanceNamed, WITHOUT_PORTS } from './instance.ts';
import { main } from './problem.ts';
import { running, stop } from './processes.ts';
import { step } from './steps.ts';

await main(async () => {
  const { values } = parseArgs({ options: { instance: { type: 'string', default: 'dev' } } });
  const instance = instanceNamed(values.instance, WITHOUT_PORTS);
  const processes = running(instance);
  if (processes.length === 0) {
    console.log(`Nothing runs as "${instance.name}".`);
    return 0;
  }
  await step(`Stopping ${processes.map(({ name }) => name).join(', ')}`, () => stop(instance, processes));
  return 0;
});
