import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ROOT } from '../config.ts';

const SOURCE = join(ROOT, 'layers', 'sharp');
const FILES = ['package.json', 'package-lock.json'];

/** npm's name of an architecture. */
const CPU = { arm64: 'arm64', x86_64: 'x64' } as const;
export type Cpu = (typeof CPU)[keyof typeof CPU];

/** npm's own script, run by this very Node: what `npm` on the PATH would be started with differs by system. */
const npm = (args: readonly string[], cwd: string) =>
  spawnSync('npm', args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });

/**
 * The layer's folder for an architecture, installed by lock file from the registry whatever machine this is: sharp's
 * binaries come prebuilt in packages of their own. Kept between runs; raises with npm's words when it fails.
 */
export function sharpLayerFolder(cpu: Cpu): string {
  const stamp = createHash('sha256');
  for (const file of FILES) stamp.update(readFileSync(join(SOURCE, file)));
  const folder = join(ROOT, '.parley', 'layers', `sharp-${cpu}-${stamp.digest('hex').slice(0, 12)}`);
  if (existsSync(folder)) return folder;

  // Built aside and renamed when complete: a synth that is stopped half-way, or another one beside it, leaves no half layer.
  const aside = `${folder}.${process.pid}`;
  const target = join(aside, 'nodejs');
  mkdirSync(target, { recursive: true });
  for (const file of FILES) copyFileSync(join(SOURCE, file), join(target, file));
  const { status, stderr, error } = npm(
    ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--os=linux', `--cpu=${cpu}`, '--libc=glibc'],
    target,
  );
  if (status !== 0) {
    rmSync(aside, { recursive: true, force: true });
    throw new Error(`npm could not install sharp for ${cpu} (layers/sharp): ${error?.message ?? stderr}`);
  }
  // npm's notes on the installation name the registry it came from.
  for (const note of ['.package-lock.json', '.bin'])
    rmSync(join(target, 'node_modules', note), { recursive: true, force: true });
  try {
    renameSync(aside, folder);
  } catch (failure) {
    if (!existsSync(folder)) throw failure;
    rmSync(aside, { recursive: true, force: true });
  }
  return folder;
}

/** The layer that holds sharp for the stage's architecture. */
export const sharpLayer = (scope: Construct, id: string, architecture: Architecture): LayerVersion =>
  new LayerVersion(scope, id, {
    description: 'sharp with libvips',
    code: Code.fromAsset(sharpLayerFolder(architecture === Architecture.ARM_64 ? CPU.arm64 : CPU.x86_64)),
    compatibleRuntimes: [Runtime.NODEJS_24_X],
    compatibleArchitectures: [architecture],
  });
