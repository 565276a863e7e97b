/**
 * `npm run test:iam`: the end-to-end tests with IAM enforced, so that every function has its own grants and no others; without
 * the one that closes sockets past the API.
 */
import { instanceNamed } from './instance.ts';
import { main } from './problem.ts';
import { runTests } from './run-tests.ts';

await main(() =>
  runTests(instanceNamed('iam'), {
    iam: true,
    args: ['--project', 'e2e', '--exclude', 'test/e2e/reconnects.test.ts', ...process.argv.slice(2)],
  }),
);
