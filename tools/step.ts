import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The repository's root. */
export const ROOT = join(import.meta.dirname, '..');

/** What a check found: nothing wrong when `problems` is empty. `note` is one line of figures. */
export interface Outcome {
  readonly problems: readonly string[];
  readonly note?: string;
  /** Printed as it is under the step's line, whatever the outcome. */
  readonly table?: string;
}

/** Prints an outcome; returns whether it is good. */
export const report = ({ problems, note, table }: Outcome): boolean => {
  if (table) console.log(table);
  for (const problem of problems) console.error(`  ${problem}`);
  if (note) console.log(note);
  return problems.length === 0;
};

/** Lets a check that `verify` calls also run on its own: `node tools/<check>.ts`. */
export async function runWhenMain(meta: ImportMeta, check: () => Promise<Outcome>): Promise<void> {
  if (meta.main && !report(await check())) process.exitCode = 1;
}

/** Runs a package's command under the project's own Node; its whole output and exit code. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal } = {},
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.signal ? { signal: options.signal } : {}),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
