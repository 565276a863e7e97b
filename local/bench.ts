/**
 * `npm run bench -- [--only send,series,…] [--quick]`: the table of budgets, against an instance of its own that is gone
 * afterwards, or against what runs when `PARLEY_STACK` names its stack file. Only what the rows need is brought up.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GROUPS, groupsNamed } from '#bench/groups.ts';
import { run } from './command.ts';
import { deployApp } from './deploy-app.ts';
import { type Instance, instanceNamed, ROOT, stackFile } from './instance.ts';
import { main, Problem } from './problem.ts';
import { session } from './session.ts';
import { SERVICES, startServices } from './start-services.ts';

/** Ports beside those of every other instance, unless the environment says others. */
const PORTS = { PARLEY_EMULATOR_PORT: '5566', PARLEY_SEARCH_PORT: '9560', PARLEY_ISSUER_PORT: '5570' };

const measure = async (stack: string | undefined): Promise<number> => {
  const { code } = await run(process.execPath, [join(ROOT, 'bench/main.ts'), ...process.argv.slice(2)], {
    cwd: ROOT,
    env: { ...process.env, ...(stack === undefined ? {} : { PARLEY_STACK: stack }) },
    inherit: true,
  });
  return code;
};

/** Brings up what the groups need. */
async function bringUp(instance: Instance, needs: readonly string[]): Promise<void> {
  if (needs.includes('app')) {
    await deployApp(instance, await startServices(instance, SERVICES), { iam: false });
  } else if (needs.includes('emulator')) await startServices(instance, ['emulator']);
}

const groupsAsked = (only: string | undefined) => {
  try {
    return groupsNamed(only);
  } catch (error) {
    throw new Problem((error as Error).message);
  }
};

await main(async () => {
  const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } });
  const needs = groupsAsked(values.only).map((group) => GROUPS[group]);
  if (process.env.PARLEY_STACK || needs.every((need) => need === 'nothing')) return measure(process.env.PARLEY_STACK);
  const instance = instanceNamed('bench', { ...PORTS, ...process.env });
  return session(instance, async () => {
    await bringUp(instance, needs);
    return measure(stackFile(instance));
  });
});
