import { deployApp, LOCAL_CREDENTIALS } from './deploy-app.ts';
import { type Instance, stackFile } from './instance.ts';
import { session } from './session.ts';
import { simulated } from './simulated.ts';
import { SERVICES, startServices } from './start-services.ts';
import { type Counts, countLine, runVitest } from './vitest.ts';

/**
 * Brings the instance up with the app deployed, runs vitest against it (`PARLEY_STACK` names the stack file), and stops what
 * it started; then, where it is asked for, the simulator. The count line is the last thing printed. Returns the exit code.
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
  const code = await session(instance, async () => {
    const services = await startServices(instance, SERVICES, { enforceIam: options.iam });
    const stack = await deployApp(instance, services, { iam: options.iam });
    const { code, counts } = await runVitest([...options.args, ...(options.coverage ? ['--coverage.enabled'] : [])], {
      PARLEY_STACK: stackFile(instance),
      AWS_REGION: stack.region,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    });
    found = counts;
    return code;
  });
  if (!found) return code;
  // When the services are gone: it needs both processors.
  const { passed, failed, skipped } = options.simulation ? await simulated() : { passed: 0, failed: 0, skipped: 0 };
  console.log(
    countLine({ passed: found.passed + passed, failed: found.failed + failed, skipped: found.skipped + skipped }),
  );
  return code === 0 && failed > 0 ? 1 : code;
}
