import { spawnSync } from 'node:child_process';
import { chmodSync, globSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type Cpu, layerFolder } from './layer-folder.ts';

/** The wheels' platform tag for each architecture. */
const PLATFORMS: Readonly<Record<Cpu, string>> = { arm64: 'manylinux_2_28_aarch64', x64: 'manylinux_2_28_x86_64' };
const PYTHONS = process.env.PARLEY_PYTHON ? [process.env.PARLEY_PYTHON] : ['python3', 'python'];

/** Runs the first Python there is. Raises with its words when it fails, or when there is none. */
function python(args: readonly string[]): void {
  for (const command of PYTHONS) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
    if (status === 0) return;
    if (!error) throw new Error(`${command} could not install ffmpeg (layers/ffmpeg): ${stderr}`);
  }
  throw new Error(
    'Python was not found: the layer with ffmpeg is installed by its pip (PARLEY_PYTHON names another one).',
  );
}

/**
 * The layer's folder for an architecture: `bin/ffmpeg` out of the wheel whose digest stands in `layers/ffmpeg`, whatever
 * machine this is. Kept between runs; raises with pip's words when it fails.
 */
export const ffmpegLayerFolder = (cpu: Cpu): string =>
  layerFolder('ffmpeg', cpu, ['requirements.txt'], (folder, source) => {
    const work = join(folder, 'work');
    const wheel = join(work, 'wheel');
    // An environment of its own: not every system's Python has pip.
    python(['-m', 'venv', join(work, 'venv')]);
    const { status, stderr, error } = spawnSync(
      join(work, 'venv', 'bin', 'python'),
      [
        ...['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-compile', '--only-binary=:all:', '--require-hashes'],
        ...[`--platform=${PLATFORMS[cpu]}`, `--target=${wheel}`, '-r', join(source, 'requirements.txt')],
      ],
      { encoding: 'utf8' },
    );
    if (status !== 0)
      throw new Error(`pip could not install ffmpeg for ${cpu} (layers/ffmpeg): ${error?.message ?? stderr}`);
    const [binary] = globSync('imageio_ffmpeg/binaries/ffmpeg-*', { cwd: wheel });
    if (!binary) throw new Error('the wheel in layers/ffmpeg holds no ffmpeg');
    mkdirSync(join(folder, 'bin'));
    renameSync(join(wheel, binary), join(folder, 'bin', 'ffmpeg'));
    chmodSync(join(folder, 'bin', 'ffmpeg'), 0o755);
    rmSync(work, { recursive: true });
  });

/** The layer that holds ffmpeg for the stage's architecture; Lambda has its `bin` in PATH. */
export const ffmpegLayer = (scope: Construct, id: string, architecture: Architecture): LayerVersion =>
  new LayerVersion(scope, id, {
    description: 'ffmpeg',
    license: 'GPL-3.0-or-later',
    code: Code.fromAsset(ffmpegLayerFolder(architecture === Architecture.ARM_64 ? 'arm64' : 'x64')),
    compatibleRuntimes: [Runtime.NODEJS_24_X],
    compatibleArchitectures: [architecture],
  });
