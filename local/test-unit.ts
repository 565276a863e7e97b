/** `npm run test:unit -- [vitest arguments]`: the tests that need no services. */
import { main } from './problem.ts';
import { countLine, runVitest } from './vitest.ts';

await main(async () => {
  const { code, counts } = await runVitest(['--project', 'unit', ...process.argv.slice(2)]);
  console.log(countLine(counts));
  return code;
});
