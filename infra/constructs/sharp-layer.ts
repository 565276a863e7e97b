import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type Cpu, layerFolder } from './layer-folder.ts';

const FILES = ['package.json', 'package-lock.json'];

/** npm's own script, run by this very Node: what `npm` on the PATH would be started with differs by system. */
const npm = (args: readonly string[], cwd: string) =>
  spawnSync('npm', args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });

/**
 * The layer's folder for an architecture, installed by lock file from the registry whatever machine this is: sharp's
 * binaries come prebuilt in packages of their own. Kept between runs; raises with npm's words when it fails.
 */
export const sharpLayerFolder = (cpu: Cpu): string =>
  layerFolder('sharp', cpu, FILES, (folder, source) => {
    const target = join(folder, 'nodejs');
    mkdirSync(target);
    for (const file of FILES) copyFileSync(join(source, file), join(target, file));
    const { status, stderr, error } = npm(
      ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--os=linux', `--cpu=${cpu}`, '--libc=glibc'],
      target,
    );
    if (status !== 0)
      throw new Error(`npm could not install sharp for ${cpu} (layers/sharp): ${error?.message ?? stderr}`);
    // npm's notes on the installation name the registry it came from.
    for (const note of ['.package-lock.json', '.bin'])
      rmSync(join(target, 'node_modules', note), { recursive: true, force: true });
  });

/** The layer that holds sharp for the stage's architecture. */
export const sharpLayer = (scope: Construct, id: string, architecture: Architecture): LayerVersion =>
  new LayerVersion(scope, id, {
    description: 'sharp with libvips',
    code: Code.fromAsset(sharpLayerFolder(architecture === Architecture.ARM_64 ? 'arm64' : 'x64')),
    compatibleRuntimes: [Runtime.NODEJS_24_X],
    compatibleArchitectures: [architecture],
  });
