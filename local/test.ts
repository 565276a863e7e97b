/**
 * `npm test -- [vitest arguments]`: every test, against an instance of its own that is gone afterwards. Without arguments
 * it runs the simulator, too, and measures how much of the functions the tests reach, and fails below what `vitest.config.ts` asks for.
 */
import { instanceNamed } from './instance.ts';
import { main } from './problem.ts';
import { runTests } from './run-tests.ts';

await main(() => runTests(instanceNamed('test'), { iam: false, args: process.argv.slice(2) }));
