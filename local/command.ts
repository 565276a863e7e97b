import { spawn } from 'node:child_process';

/** The end of a command: its exit code (127 when there is no such program) and what it printed. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs a command to its end and returns what it printed, both streams together. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly onLine?: (line: string) => void } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const take = (chunk: Buffer) => {
      const text = chunk.toString();
      output += text;
      if (options.onLine) for (const line of text.split(/\r?\n/)) if (line.trim()) options.onLine(line);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', () => resolve({ code: 127, output }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** The last lines of a text, for a message about what failed. */
export const lastLines = (text: string, count = 12): string => text.trimEnd().split('\n').slice(-count).join('\n');
