/**
 * `npm run verify -- [step]… [--except step]…`: everything that needs nothing but the npm packages. Runs all steps, two at a time, and
 * fails at the end if any of them failed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { checkBundles } from './bundles.ts';
import { checkFiles } from './files.ts';
import { checkImports } from './import-rule.ts';
import { type Outcome, ROOT, report, run } from './step.ts';
import { checkSynth, STAGES } from './synth.ts';

interface Step {
  readonly name: string;
  readonly check: () => Promise<Outcome>;
}

/** A check that is a program: nothing is wrong when it ends with 0. `note` picks a line worth showing out of its output. */
const program = (file: string, args: readonly string[], note?: RegExp) => async (): Promise<Outcome> => {
  const path = join(ROOT, file);
  if (!existsSync(path)) return { problems: [`${file} is not there: what it checks was not checked`] };
  const { code, output } = await run(process.execPath, [path, ...args]);
  const plain = stripVTControlCharacters(output);
  const said = note?.exec(plain)?.[0].replace(/\s+/g, ' ').trim();
  return { problems: code === 0 ? [] : [plain.trim() || `ended with ${code}`], ...(said ? { note: said } : {}) };
};

const packages = (name: string): string => join('node_modules', name);

/** The long ones first, so that the two lanes end together. */
const STEPS: readonly Step[] = [
  {
    name: 'unit tests',
    check: program(
      packages('vitest/vitest.mjs'),
      ['run', '--project', 'unit', '--reporter=dot', '--silent'],
      /Tests .*/,
    ),
  },
  ...STAGES.map((stage) => ({ name: `cdk synth ${stage}`, check: () => checkSynth(stage) })),
  { name: 'CloudFormation lint', check: program('tools/cfn-lint.ts', [], /.+\n?$/) },
  { name: 'types', check: program(packages('typescript/bin/tsc'), ['--noEmit']) },
  { name: 'unused code', check: program(packages('knip/bin/knip.js'), ['--no-progress', '--no-config-hints']) },
  {
    name: 'format and lint',
    check: program(packages('@biomejs/biome/bin/biome'), ['ci', '--error-on-warnings'], /Checked .*/),
  },
  { name: 'import rule', check: checkImports },
  { name: 'bundle sizes', check: checkBundles },
  { name: 'files', check: checkFiles },
];

const LANES = 2;

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Runs the steps and prints each as it ends. Returns the names of those that failed. */
async function verify(steps: readonly Step[]): Promise<string[]> {
  const failed: string[] = [];
  const waiting = [...steps];
  const details: (() => void)[] = [];
  const lane = async (): Promise<void> => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const { name, check } = step;
      const started = performance.now();
      // A check that throws has not checked anything: that is a failure like any other.
      const outcome = await check().catch(
        (error: unknown): Outcome => ({
          problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
        }),
      );
      const good = outcome.problems.length === 0;
      if (!good) failed.push(name);
      if (!good || outcome.table) {
        details.push(() => {
          console.log(`\n${name}`);
          report({ problems: outcome.problems, ...(outcome.table ? { table: outcome.table } : {}) });
        });
      }
      console.log(
        `${good ? '✓' : '✗'} ${name.padEnd(22)} ${seconds(performance.now() - started).padStart(8)}  ${outcome.note ?? ''}`,
      );
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  for (const print of details) print();
  return failed;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { except: { type: 'string', multiple: true, default: [] } },
});
const steps = STEPS.filter(
  ({ name }) => (positionals.length === 0 || positionals.includes(name)) && !values.except.includes(name),
);
if (steps.length === 0) {
  console.error(`There is no such step. The steps: ${STEPS.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
const started = performance.now();
const failed = await verify(steps);
const total = seconds(performance.now() - started);
console.log(
  failed.length === 0
    ? `\nverify: all ${steps.length} steps passed in ${total}`
    : `\nverify: ${failed.length} of ${steps.length} steps FAILED in ${total}: ${failed.join(', ')}`,
);
if (failed.length > 0) process.exitCode = 1;
