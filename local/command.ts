import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';

/** The end of a command: its exit code (127 when there is no such program) and what it printed. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** How a command is run. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Told each line as it comes. */
  readonly onLine?: (line: string) => void;
  /** Lets the command print to this terminal itself; its output is then empty. */
  readonly inherit?: boolean;
  /** How far it stands behind others that want the processors; 0 as they do, 19 the most. */
  readonly priority?: number;
}

const children = new Set<ChildProcess>();

/** Ends the commands that still run (SIGTERM). */
export function stopChildren(): void {
  for (const child of children) child.kill('SIGTERM');
}

/** Runs a command to its end and returns what it printed, both streams together. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    if (options.priority !== undefined && child.pid !== undefined) setPriority(child.pid, options.priority);
    let output = '';
    const take = (chunk: Buffer) => {
      const text = chunk.toString();
      output += text;
      if (options.onLine) for (const line of text.split(/\r?\n/)) if (line.trim()) options.onLine(line.trim());
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    const end = (code: number) => {
      children.delete(child);
      resolve({ code, output });
    };
    child.on('error', () => end(127));
    child.on('close', (code) => end(code ?? 1));
  });
}

/** The last lines of a text, for a message about what failed. */
export const lastLines = (text: string, count = 12): string => text.trimEnd().split('\n').slice(-count).join('\n');
