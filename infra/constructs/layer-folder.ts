import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../config.ts';

/** An architecture, as npm calls it. */
export type Cpu = 'arm64' | 'x64';

/**
 * The folder of a layer, filled by `install` unless one of the same `sources` (files of `layers/<name>`) is kept from an
 * earlier run. Raises whatever `install` raises.
 */
export function layerFolder(
  name: string,
  cpu: Cpu,
  sources: readonly string[],
  install: (target: string, sourceFolder: string) => void,
): string {
  const from = join(ROOT, 'layers', name);
  const stamp = createHash('sha256');
  for (const file of sources) stamp.update(readFileSync(join(from, file)));
  const folder = join(ROOT, '.parley', 'layers', `${name}-${cpu}-${stamp.digest('hex').slice(0, 12)}`);
  if (existsSync(folder)) return folder;

  // Built aside and renamed when complete: a synth that is stopped half-way, or another one beside it, leaves no half layer.
  const aside = `${folder}.${process.pid}`;
  mkdirSync(aside, { recursive: true });
  try {
    install(aside, from);
    renameSync(aside, folder);
  } catch (failure) {
    rmSync(aside, { recursive: true, force: true });
    if (!existsSync(folder)) throw failure;
  }
  return folder;
}
