/** `npm run deploy -- -c stage=dev -c issuerUrl=https://…`: the CDK deploys to the AWS account of the shell's credentials. */
import { delimiter, join } from 'node:path';
import { run } from './command.ts';
import { ROOT } from './instance.ts';
import { main, Problem } from './problem.ts';

await main(async () => {
  if (process.env.AWS_ENDPOINT_URL) {
    throw new Problem(
      'AWS_ENDPOINT_URL is set, so this would not reach AWS: unset it, or use npm start for a local deployment.',
    );
  }
  const folder = join(ROOT, 'node_modules/node/bin');
  const { code } = await run(
    join(folder, 'node'),
    [join(ROOT, 'node_modules/aws-cdk/bin/cdk'), 'deploy', '--all', ...process.argv.slice(2)],
    { cwd: ROOT, env: { ...process.env, PATH: [folder, process.env.PATH].join(delimiter) }, inherit: true },
  );
  return code;
});
