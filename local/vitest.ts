import { existsSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import * as z from 'zod';
import { run } from './command.ts';
import { ROOT, STATE } from './instance.ts';

const Report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/** How many tests passed, failed and were skipped; a file that could not even be loaded is a failure too. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function countsOf(file: string): Counts {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = Report.parse(JSON.parse(readFileSync(file, 'utf8')));
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The count line that ends every test command. */
export const countLine = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** Sums of counts. */
export const together = (all: readonly Counts[]): Counts =>
  all.reduce((sum, { passed, failed, skipped }) => ({
    passed: sum.passed + passed,
    failed: sum.failed + failed,
    skipped: sum.skipped + skipped,
  }));

let runs = 0;

/** Runs vitest with these arguments and variables. Its output goes to this terminal, or when it is `beside` another to the answer. */
export async function runVitest(
  args: readonly string[],
  env: Record<string, string> = {},
  { beside = false } = {},
): Promise<{ readonly code: number; readonly counts: Counts; readonly output: string }> {
  const folder = join(ROOT, 'node_modules/node/bin');
  runs += 1;
  const report = join(STATE, `vitest-${process.pid}-${runs}.json`);
  const { code, output } = await run(
    join(folder, 'node'),
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    ],
    { cwd: ROOT, env: { ...process.env, PATH: [folder, process.env.PATH].join(delimiter), ...env }, inherit: !beside },
  );
  const counts = countsOf(report);
  rmSync(report, { force: true });
  return { code: code === 0 && counts.failed > 0 ? 1 : code, counts, output };
}
