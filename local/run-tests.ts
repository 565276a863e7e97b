import { deployApp, LOCAL_CREDENTIALS } from './deploy-app.ts';
import { type Instance, stackFile } from './instance.ts';
import { session } from './session.ts';
import { SERVICES, startServices } from './start-services.ts';
import { countLine, runVitest } from './vitest.ts';

/**
 * Brings the instance up with the app deployed, runs vitest against it (`PARLEY_STACK` names the stack file), and stops what
 * it started. The count line is the last thing printed. Returns the exit code.
 */
export async function runTests(
  instance: Instance,
  options: { readonly iam: boolean; readonly args: readonly string[]; readonly coverage?: boolean },
): Promise<number> {
  let line = '';
  const code = await session(instance, async () => {
    const services = await startServices(instance, SERVICES, { enforceIam: options.iam });
    const stack = await deployApp(instance, services, { iam: options.iam });
    const { code, counts } = await runVitest([...options.args, ...(options.coverage ? ['--coverage.enabled'] : [])], {
      PARLEY_STACK: stackFile(instance),
      AWS_REGION: stack.region,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    });
    line = countLine(counts);
    return code;
  });
  if (line) console.log(line);
  return code;
}
