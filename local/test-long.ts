/**
 * `npm run test:long`: what `npm test` shows with 20 clients, 200 forced disconnects and 1,000 messages, with 50 clients,
 * 1,000 disconnects and 10,000 messages, 500 sequences of what users do in the place of 50, and a file of 1 GB in the place of
 * one of 96 MB. Takes the better part of an
 * hour.
 */
import { instanceNamed } from './instance.ts';
import { main } from './problem.ts';
import { runTests } from './run-tests.ts';

await main(() => {
  process.env['PARLEY_LONG'] = '1';
  process.env['PARLEY_SEQUENCES'] ??= '500';
  return runTests(instanceNamed('test'), {
    iam: false,
    args: [
      'test/e2e/reconnects.test.ts',
      'test/e2e/equal.test.ts',
      'test/table/large-file.test.ts',
      ...process.argv.slice(2),
    ],
  });
});
