/**
 * `npm run test:mutants -- [--only <name, or the beginning of a source or test path>]…`
 * Takes one guard at a time out of a copy of the source and runs the test that must notice. Fails when a mutant
 * survives, when its text no longer stands in the file exactly once, or when the test fails without it.
 * With `PARLEY_STACK` (a stack file) tests that need services use those; otherwise they are started and stopped here.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { instanceNamed, stackFile } from '#local/instance.ts';
import { main } from '#local/problem.ts';
import { session } from '#local/session.ts';
import { startServices } from '#local/start-services.ts';
import { step } from '#local/steps.ts';
import { MUTANTS } from './mutants/list.ts';
import { type Mutant, occurrences } from './mutants/mutant.ts';
import { ROOT, run } from './step.ts';

const HOME = join(ROOT, '.parley', 'mutants');
const TREE = join(HOME, String(process.pid));

const Report = z.object({
  testResults: z.array(
    z.object({
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

/** The working tree as it is, tracked or not, without what git ignores. */
async function copyTree(): Promise<void> {
  rmSync(HOME, { recursive: true, force: true });
  const { output } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  for (const file of output.split('\0').filter((name) => name && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(TREE, file)), { recursive: true });
    cpSync(join(ROOT, file), join(TREE, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(TREE, 'node_modules'), 'junction');
}

interface Verdict {
  readonly kind: 'passed' | 'failed' | 'broken';
  /** The test that failed, or what kept the tests from running. */
  readonly by: string;
  readonly message?: string | undefined;
}

async function compile(): Promise<Verdict> {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code, output } = await run(process.execPath, [tsc, '--noEmit'], { cwd: TREE });
  return { kind: code === 0 ? 'passed' : 'failed', by: output.split('\n')[0] ?? '' };
}

/** Operations within which the simulator finds a planted bug. */
const SIMULATED = '200000';

/** The simulator over the copy, always from the same seed. */
async function simulate(): Promise<Verdict> {
  const file = join(TREE, 'simulation', 'main.ts');
  const { code, output } = await run(process.execPath, [file, '--seed', '1', '--ops', SIMULATED], { cwd: TREE });
  const broken = output.split('\n').find((line) => line.startsWith('BROKEN'));
  const steps = /^(\d+) operations/m.exec(output)?.[1];
  if (broken) return { kind: 'failed', by: `after ${steps} operations: ${broken.slice(0, 160)}` };
  return { kind: code === 0 ? 'passed' : 'broken', by: output.slice(-500) };
}

async function test(files: readonly string[], env: NodeJS.ProcessEnv): Promise<Verdict> {
  const reportFile = join(HOME, 'report.json');
  rmSync(reportFile, { force: true });
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const { code, output } = await run(
    process.execPath,
    [vitest, 'run', '--bail=1', '--testTimeout=180000', '--reporter=json', `--outputFile=${reportFile}`, ...files],
    { cwd: TREE, env },
  );
  if (!existsSync(reportFile)) return { kind: 'broken', by: output.slice(-500) };
  const { testResults } = Report.parse(JSON.parse(readFileSync(reportFile, 'utf8')));
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  if (failed)
    return { kind: 'failed', by: failed.fullName, message: failed.failureMessages?.[0]?.split('\n', 3).join(' ') };
  const passed = code === 0 && testResults.length > 0;
  // A file that cannot be loaded notices nothing: it would fail with any change.
  return {
    kind: passed ? 'passed' : 'broken',
    by: testResults.find(({ message }) => message)?.message ?? 'no test ran',
  };
}

const check = (file: string, env: NodeJS.ProcessEnv): Promise<Verdict> =>
  file === 'tsc' ? compile() : file === 'simulate' ? simulate() : test([file], env);

/** Applies one mutant to the copy, runs its test, puts the file back. Returns who caught it, or what is wrong. */
async function tryMutant(mutant: Mutant, env: NodeJS.ProcessEnv): Promise<{ caught?: string; problem?: string }> {
  const path = join(TREE, mutant.file);
  const source = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const count = occurrences(source, mutant);
  if (count !== 1) return { problem: `its text stands ${count} times in ${mutant.file}` };
  writeFileSync(
    path,
    source.replace(mutant.from, () => mutant.to),
  );
  try {
    const { kind, by } = await check(mutant.test, env);
    if (kind === 'failed') return { caught: by };
    return { problem: kind === 'passed' ? `survived ${mutant.test}` : `${mutant.test} did not run: ${by}` };
  } finally {
    writeFileSync(path, source);
  }
}

/** All tests on the untouched copy: a test that fails anyway catches nothing. Returns what fails. */
async function baseline(mutants: readonly Mutant[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const wanted = [...new Set(mutants.map(({ test: file }) => file))];
  const files = wanted.filter((file) => file !== 'tsc' && file !== 'simulate');
  const verdicts: Verdict[] = [];
  if (files.length > 0) verdicts.push(await test(files, env));
  if (wanted.includes('tsc')) verdicts.push(await compile());
  if (wanted.includes('simulate')) verdicts.push(await simulate());
  return verdicts
    .filter(({ kind }) => kind !== 'passed')
    .map(({ by, message }) => `without any change a test fails: ${by}: ${message ?? ''}`);
}

async function runAll(mutants: readonly Mutant[], env: NodeJS.ProcessEnv): Promise<number> {
  await copyTree();
  try {
    const problems = await step('All named tests, unchanged', () => baseline(mutants, env));
    if (problems.length > 0) {
      for (const problem of problems) console.error(problem);
      return 1;
    }
    const rows: string[] = [];
    for (const [index, mutant] of mutants.entries()) {
      const { caught, problem } = await tryMutant(mutant, env);
      const place = `${String(index + 1).padStart(3)}/${mutants.length}`;
      console.log(`${place} ${caught ? '✓' : '✗'} ${mutant.name.padEnd(24)} ${caught ?? problem}`);
      rows.push(`| ${mutant.invariant} | ${mutant.guard} | ${caught ? caught : `NOT CAUGHT: ${problem}`} |`);
      if (problem) problems.push(`${mutant.name}: ${problem}`);
    }
    console.log(`\n| Invariant | Guard | Caught by |\n|---|---|---|\n${rows.join('\n')}\n`);
    for (const problem of problems) console.error(problem);
    console.log(`${mutants.length - problems.length} of ${mutants.length} mutants caught`);
    return problems.length > 0 ? 1 : 0;
  } finally {
    rmSync(HOME, { recursive: true, force: true });
  }
}

await main(async () => {
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
  const mutants = MUTANTS.filter(
    ({ name, file, test: testFile }) =>
      !values.only || values.only.some((only) => name === only || file.startsWith(only) || testFile.startsWith(only)),
  );
  if (mutants.length === 0) throw new Error(`--only ${values.only?.join(', ')} names no mutant`);
  const services = (['emulator', 'search'] as const).filter((service) =>
    mutants.some(({ needs }) => needs === service),
  );
  const env: NodeJS.ProcessEnv = { PARLEY_SAMPLES: resolve(ROOT, process.env.PARLEY_SAMPLES ?? '../shared/data') };
  if (process.env.PARLEY_STACK) env.PARLEY_STACK = resolve(process.env.PARLEY_STACK);
  if (services.length === 0 || env.PARLEY_STACK) return runAll(mutants, env);
  const instance = instanceNamed('test');
  return session(instance, async () => {
    const { searchReady } = await startServices(instance, services);
    if (services.includes('search')) await searchReady();
    return runAll(mutants, { ...env, PARLEY_STACK: stackFile(instance) });
  });
});
