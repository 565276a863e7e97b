import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Entry, everyEntry } from '#contract/entries.ts';
import { ROOT } from '../config.ts';

/** Modules that stay outside the bundle: native code, which comes in a layer. */
const LAYERED = ['sharp'];

/** Folders that hold one `index.mjs` each, by the entry's file; every entry is bundled once a process. */
export type Bundles = Readonly<Record<Entry['file'], string>>;

let bundled: Promise<Bundles> | undefined;

/** CommonJS packages call `require` for Node's own modules, which an ES module has not. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

const outputs = (folder: string, entries: readonly Entry[]): Bundles =>
  Object.fromEntries(entries.map(({ file }) => [file, join(folder, file)]));

async function bundle(): Promise<Bundles> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bundles-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const entries = Object.values(everyEntry());
  const stub = join(folder, 'stub.ts');
  writeFileSync(stub, "export const handler = async () => ({ statusCode: 501, body: 'not there yet' });\n");
  const missing = entries.filter(({ file }) => !existsSync(join(ROOT, file)));
  if (missing.length > 0) process.stderr.write(`stubbed: ${missing.map(({ file }) => file).join(', ')}\n`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: entries.map(({ file }) => ({
      in: missing.some((entry) => entry.file === file) ? stub : file,
      out: join(file, 'index'),
    })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // The SDK and Zod ship ES modules beside CommonJS; only the former can be shaken, and esbuild prefers the latter for Node.
    mainFields: ['module', 'main'],
    minify: true,
    external: [...LAYERED, ...builtinModules.flatMap((name) => [name, `node:${name}`])],
    banner: { js: REQUIRE },
    legalComments: 'none',
    logLevel: 'error',
  });
  return outputs(folder, entries);
}

/** Bundles every entry with esbuild in one go: ES modules, minified, the SDK inside. The same sources give the same bytes. */
export const bundleAll = (): Promise<Bundles> => {
  bundled ??= bundle();
  return bundled;
};
