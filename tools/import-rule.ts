import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type Outcome, ROOT, runWhenMain } from './step.ts';

const Report = z.object({
  modules: z.array(z.object({ source: z.string() })),
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

/** What dependency-cruiser saw of a tree, and every import that breaks `.dependency-cruiser.cjs`. */
export interface ImportReport {
  readonly modules: readonly string[];
  readonly violations: readonly { readonly rule: string; readonly from: string; readonly to: string }[];
}

/** Folders that the rule speaks of; the first two must exist. */
const FOLDERS = ['functions', 'infra', 'client', 'local', 'test', 'bench', 'simulation', 'tools'];

const sources = (root: string, folder: string): string[] =>
  globSync(`${folder}/**/*.ts`, { cwd: root, exclude: ['**/node_modules/**'] }).map((file) =>
    file.replaceAll('\\', '/'),
  );

/** Cruises the source folders of `root` under the rule. Raises when dependency-cruiser itself fails. */
export async function importsOf(root: string): Promise<ImportReport> {
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)));
  const binary = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const config = join(ROOT, '.dependency-cruiser.cjs');
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [binary, '--config', config, '--output-type', 'json', ...folders],
      { cwd: root, maxBuffer: 256 * 1024 * 1024 },
      // Violations make the exit code positive; what counts is whether there is a report.
      (error, stdout, stderr) => (stdout.startsWith('{') ? resolve(stdout) : reject(error ?? new Error(stderr))),
    );
  });
  const { modules, summary } = Report.parse(JSON.parse(output));
  return {
    modules: modules.map(({ source }) => source),
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}

/**
 * The import rule over the repository. A tool that sees nothing finds nothing wrong (it happens silently when it does
 * not support the TypeScript in use), so every source file must be among the modules it saw.
 */
export async function checkImports(): Promise<Outcome> {
  const report = await importsOf(ROOT);
  const seen = new Set(report.modules);
  const problems = report.violations.map(({ rule, from, to }) => `${rule}: ${from} → ${to}`);
  let expected = 0;
  for (const folder of ['functions', 'infra', 'client']) {
    const files = sources(ROOT, folder);
    if (files.length === 0) problems.push(`${folder}/ holds no TypeScript`);
    expected += files.length;
    problems.push(...files.filter((file) => !seen.has(file)).map((file) => `not seen: ${file}`));
  }
  return { problems, note: `${seen.size} modules seen, ${expected} of them in functions, infra and client` };
}

await runWhenMain(import.meta, checkImports);
