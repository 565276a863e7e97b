/** `npm run build -w client`: the published files of the client. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { type Outcome, ROOT, run, runWhenMain } from './step.ts';

/** What can be imported, by the names of `client/package.json`. */
const ENTRIES = ['client', 'errors', 'indexed-db', 'storage'];

/** Writes the modules into a folder: minified, parts that two of them need once. */
export async function bundleClient(folder: string): Promise<void> {
  await build({
    absWorkingDir: join(ROOT, 'client'),
    entryPoints: ENTRIES.map((name) => `src/${name}.ts`),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2023',
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
  });
}

/** Bytes of all modules in a folder, each compressed by itself, as a server sends them. */
export const compressedBytes = (folder: string): number =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.js'))
    .reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0);

/** Writes modules and types into a folder, anew. */
export async function buildClient(folder: string): Promise<Outcome> {
  rmSync(folder, { recursive: true, force: true });
  await bundleClient(folder);
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code, output } = await run(process.execPath, [tsc, '-p', join(ROOT, 'client'), '--outDir', folder]);
  const note = `${(compressedBytes(folder) / 1_000).toFixed(1)} KB compressed`;
  return { problems: code === 0 ? [] : [output], note };
}

await runWhenMain(import.meta, () => buildClient(join(ROOT, 'client', 'dist')));
