import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATE } from './instance.ts';

/** Where downloaded tools live: they are the same for every instance. */
export const TOOLS = join(STATE, 'tools');

function holderRuns(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return true;
  } catch {
    return false;
  }
}

async function takeLock(lock: string): Promise<void> {
  for (let quiet = 0; ; quiet += 1) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    // Without a living holder for a second the lock was left behind by a killed process.
    if (holderRuns(lock)) quiet = 0;
    else if (quiet > 10) rmSync(lock, { recursive: true, force: true });
    await sleep(100);
  }
}

/**
 * The folder of a tool, installed by `install` when its stamp differs. The tool's folder appears only when it is complete,
 * and two commands started together install it once. Returns whether it had to be installed.
 */
export async function ensureTool(
  name: string,
  stamp: string,
  install: (folder: string) => Promise<void>,
): Promise<{ readonly folder: string; readonly fresh: boolean }> {
  const folder = join(TOOLS, name);
  const stampFile = join(folder, '.stamp');
  const ready = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  if (ready()) return { folder, fresh: false };
  mkdirSync(TOOLS, { recursive: true });
  const lock = join(TOOLS, `${name}.lock`);
  await takeLock(lock);
  try {
    if (ready()) return { folder, fresh: false };
    if (existsSync(folder)) {
      const old = `${folder}.old`;
      rmSync(old, { recursive: true, force: true });
      renameSync(folder, old);
      rmSync(old, { recursive: true, force: true });
    }
    mkdirSync(folder);
    await install(folder);
    writeFileSync(stampFile, stamp);
    return { folder, fresh: true };
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
