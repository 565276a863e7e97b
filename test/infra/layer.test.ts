import { closeSync, globSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '#infra/config.ts';
import { ffmpegLayerFolder } from '#infra/constructs/ffmpeg-layer.ts';
import type { Cpu } from '#infra/constructs/layer-folder.ts';
import { sharpLayerFolder } from '#infra/constructs/sharp-layer.ts';

/** `e_machine` of an ELF header (https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html). */
const MACHINES: Readonly<Record<number, Cpu>> = { 62: 'x64', 183: 'arm64' };

/** The architecture a shared object or executable is for; undefined when the file is no ELF. */
const machineOf = (file: string): string | undefined => {
  const header = Buffer.alloc(20);
  const opened = openSync(file, 'r');
  readSync(opened, header);
  closeSync(opened);
  if (header.subarray(0, 4).toString('latin1') !== '\x7fELF') return undefined;
  const machine = header.readUInt16LE(18);
  return MACHINES[machine] ?? `0x${machine.toString(16)}`;
};

const filesOf = (folder: string): string[] =>
  globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const bytesOf = (files: readonly string[]): number => files.reduce((sum, file) => sum + statSync(file).size, 0);

/** What Lambda unpacks for a function: layers and code together (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const UNPACKED = 250 * 1024 * 1024;
const CODE = 5 * 1024 * 1024;

describe.each(['arm64', 'x64'] as const)('the ffmpeg layer for %s', (cpu) => {
  const folder = ffmpegLayerFolder(cpu);

  it('holds one program of that architecture, which may be run', () => {
    const files = filesOf(folder);
    expect(files.map((file) => file.slice(folder.length + 1))).toEqual(['bin/ffmpeg']);
    expect(files.map(machineOf)).toEqual([cpu]);
    expect(statSync(files[0]!).mode & 0o111).toBe(0o111);
  });

  it('fits beside sharp and a function in what Lambda unpacks', () => {
    expect(bytesOf([...filesOf(folder), ...filesOf(sharpLayerFolder(cpu))]) + CODE).toBeLessThan(UNPACKED);
  });
});

describe.each(['arm64', 'x64'] as const)('the sharp layer for %s', (cpu) => {
  const folder = sharpLayerFolder(cpu);
  const files = filesOf(folder);

  it('holds binaries of that architecture only, whatever machine built it', () => {
    const binaries = files
      .map((file) => [file.slice(folder.length + 1), machineOf(file)] as const)
      .filter(([, machine]) => machine);
    expect(binaries.map(([file]) => file)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(new RegExp(`@img/sharp-linux-${cpu}/.*\\.node$`)),
        expect.stringMatching(new RegExp(`@img/sharp-libvips-linux-${cpu}/lib/libvips`)),
      ]),
    );
    expect(new Set(binaries.map(([, machine]) => machine))).toEqual(new Set([cpu]));
  });

  it('holds the version that the functions are checked against', () => {
    const version = (root: string) =>
      JSON.parse(readFileSync(join(root, 'node_modules/sharp/package.json'), 'utf8')).version;
    expect(version(join(folder, 'nodejs'))).toBe(version(ROOT));
  });

  it('says nothing of where it was installed from', () => {
    expect(files.filter((file) => file.endsWith('.package-lock.json'))).toEqual([]);
  });

  it('fits beside a function in what Lambda unpacks', () => {
    expect(bytesOf(files)).toBeLessThan(200 * 1024 * 1024);
  });
});
