/** `npm run reset -- [--instance dev]`: stops everything the instance started and deletes its state, keys included. */
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { instanceNamed, WITHOUT_PORTS } from './instance.ts';
import { main } from './problem.ts';
import { running, stop } from './processes.ts';
import { step } from './steps.ts';

await main(async () => {
  const { values } = parseArgs({ options: { instance: { type: 'string', default: 'dev' } } });
  const instance = instanceNamed(values.instance, WITHOUT_PORTS);
  await step(`Resetting ${instance.name}`, async () => {
    await stop(instance, running(instance));
    await rm(instance.directory, { recursive: true, force: true });
  });
  return 0;
});
