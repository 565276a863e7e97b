import { deployApp, LOCAL_CREDENTIALS } from './deploy-app.ts';
import { type Instance, stackFile } from './instance.ts';
import { session } from './session.ts';
import { startSimulation } from './simulated.ts';
import { SERVICES, startServices } from './start-services.ts';
import { type Counts, countLine, runVitest, together } from './vitest.ts';

/** The tests that mostly wait: for the clock, for webhooks, for sockets to come back. */
const WAITING = 'e2e';

/** Every test: those that mostly wait in a process of their own, so that the others have the processors meanwhile. */
async function runAll(env: Record<string, string>) {
  const simulation = startSimulation();
  const beside = runVitest(['--project', WAITING], env, { beside: true });
  const here = await runVitest(['--project', `!${WAITING}`, '--coverage.enabled'], env);
  const there = await beside;
  console.log(there.output);
  const simulated = await simulation();
  return {
    code: [here.code, there.code, simulated.failed > 0 ? 1 : 0].find((code) => code !== 0) ?? 0,
    counts: together([here.counts, there.counts, simulated]),
  };
}

/**
 * Brings the instance up with the app deployed, runs vitest with the arguments against it (`PARLEY_STACK` names the stack
 * file), or without any every test and the simulator beside them, and stops what it started. The count line is the last thing
 * printed. Returns the exit code.
 */
export async function runTests(
  instance: Instance,
  { iam, args }: { readonly iam: boolean; readonly args: readonly string[] },
): Promise<number> {
  let found: Counts | undefined;
  const code = await session(instance, async () => {
    const services = await startServices(instance, SERVICES, { enforceIam: iam });
    const stack = await deployApp(instance, services, { iam });
    const env = {
      PARLEY_STACK: stackFile(instance),
      AWS_REGION: stack.region,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    };
    const { code, counts } = await (args.length === 0 ? runAll(env) : runVitest(args, env));
    found = counts;
    return code;
  });
  if (found) console.log(countLine(found));
  return code;
}
