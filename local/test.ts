/** `npm test -- [vitest arguments]`: every test, against an instance of its own that is gone afterwards. */
import { instanceNamed } from './instance.ts';
import { main } from './problem.ts';
import { runTests } from './run-tests.ts';

await main(() => runTests(instanceNamed('test'), { iam: false, args: process.argv.slice(2) }));
