import { deployApp, LOCAL_CREDENTIALS } from './deploy-app.ts';
import { type Instance, stackFile } from './instance.ts';
import { session } from './session.ts';
import { startSimulation } from './simulated.ts';
import { SERVICES, startServices } from './start-services.ts';
import { type Counts, countLine, runVitest } from './vitest.ts';

/**
 * Brings the instance up with the app deployed, runs vitest against it (`PARLEY_STACK` names the stack file), and stops what
 * it started; beside it, where it is asked for, the simulator. The count line is the last thing printed. Returns the exit code.
 */
export async function runTests(
  instance: Instance,
  options: {
    readonly iam: boolean;
    readonly args: readonly string[];
    readonly coverage?: boolean;
    /** Also run the simulator. */
    readonly simulation?: boolean;
  },
): Promise<number> {
  let found: Counts | undefined;
  let simulated: Counts = { passed: 0, failed: 0, skipped: 0 };
  const code = await session(instance, async () => {
    const services = await startServices(instance, SERVICES, { enforceIam: options.iam });
    const stack = await deployApp(instance, services, { iam: options.iam });
    const simulation = options.simulation ? startSimulation() : undefined;
    const { code, counts } = await runVitest([...options.args, ...(options.coverage ? ['--coverage.enabled'] : [])], {
      PARLEY_STACK: stackFile(instance),
      AWS_REGION: stack.region,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    });
    found = counts;
    if (simulation) simulated = await simulation();
    return code;
  });
  if (!found) return code;
  const { passed, failed, skipped } = simulated;
  console.log(
    countLine({ passed: found.passed + passed, failed: found.failed + failed, skipped: found.skipped + skipped }),
  );
  return code === 0 && failed > 0 ? 1 : code;
}
