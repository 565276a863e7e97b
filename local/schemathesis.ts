import { join } from 'node:path';
import { lastLines, run } from './command.ts';
import { findPython } from './emulator/python.ts';
import { Problem } from './problem.ts';
import { ensureTool } from './tools.ts';

/** Pinned, so that the same requests are made on every machine. https://pypi.org/project/schemathesis/ */
const PACKAGES = ['schemathesis==4.32.5', 'hypothesis==6.170.15'];

/** Schemathesis in a virtual environment of its own; made when missing. Raises a `Problem` when it cannot be. */
export async function ensureSchemathesis(): Promise<string> {
  const { folder } = await ensureTool('schemathesis', PACKAGES.join('\n'), async (target) => {
    const python = await findPython();
    const venv = await run(python, ['-m', 'venv', target]);
    if (venv.code !== 0)
      throw new Problem(`${python} -m venv failed: install Python's venv module.\n${lastLines(venv.output)}`);
    const pip = await run(join(target, 'bin', 'python'), ['-m', 'pip', 'install', '-q', ...PACKAGES]);
    if (pip.code !== 0)
      throw new Problem(`pip could not install Schemathesis: check the network.\n${lastLines(pip.output)}`);
  });
  return join(folder, 'bin', 'schemathesis');
}
