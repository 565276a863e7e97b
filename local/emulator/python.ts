import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, run } from '../command.ts';
import { Problem } from '../problem.ts';
import { ensureTool } from '../tools.ts';

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

/** The first Python of 3.10 or newer in PATH (or `PARLEY_PYTHON`). Raises a `Problem` when there is none. */
export async function findPython(): Promise<string> {
  const candidates = process.env.PARLEY_PYTHON ? [process.env.PARLEY_PYTHON] : CANDIDATES;
  for (const candidate of candidates) {
    const { code } = await run(candidate, ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))']);
    if (code === 0) return candidate;
  }
  throw new Problem(
    'Python 3.10 or newer with venv was not found: install it (or set PARLEY_PYTHON to its path) and run this again.',
  );
}

/** The interpreter of a virtual environment that holds exactly the pinned packages; made when missing. */
export async function ensurePython(onNote: (note: string) => void): Promise<string> {
  const { folder } = await ensureTool('python', readFileSync(REQUIREMENTS, 'utf8'), async (target) => {
    const python = await findPython();
    onNote('creating a virtual environment');
    const venv = await run(python, ['-m', 'venv', target]);
    if (venv.code !== 0)
      throw new Problem(`${python} -m venv failed: install Python's venv module.\n${lastLines(venv.output)}`);
    onNote('installing the emulator (pip)');
    const pip = await run(join(target, 'bin', 'python'), ['-m', 'pip', 'install', '-q', '-r', REQUIREMENTS]);
    if (pip.code !== 0)
      throw new Problem(`pip could not install the emulator: check the network.\n${lastLines(pip.output)}`);
  });
  return join(folder, 'bin', 'python');
}
