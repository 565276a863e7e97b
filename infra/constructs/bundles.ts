import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { everyEntry } from '#contract/entries.ts';
import type { Entry } from '#contract/entry.ts';
import { ROOT } from '../config.ts';

/**
 * sharp stays outside the bundle: native code comes in a layer. Lambda tells where layers lie by NODE_PATH, which Node
 * heeds for `require` but not for `import`, so its import becomes a `require`.
 */
const layered: Plugin = {
  name: 'layered',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^sharp$/ }, ({ kind, path }) =>
      kind === 'require-call' ? { path, external: true } : { path, namespace: 'layered' },
    );
    onLoad({ filter: /.*/, namespace: 'layered' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
      resolveDir: ROOT,
    }));
  },
};

/** Folders that hold one `index.mjs` each, by the entry's file; every entry is bundled once a process. */
export type Bundles = Readonly<Record<Entry['file'], string>>;

let bundled: Promise<Bundles> | undefined;

/** CommonJS packages call `require` for Node's own modules, which an ES module has not. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** Without a dot in its name: the CDK takes what follows one for the asset's type. */
const folderOf = ({ file }: Entry): string => file.replace(/\.lambda\.ts$/, '');

async function bundle(): Promise<Bundles> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bundles-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const entries = Object.values(everyEntry());
  const missing = entries.filter(({ file }) => !existsSync(join(ROOT, file)));
  if (missing.length > 0)
    throw new Error(`contract/entries.ts names files that do not exist: ${missing.map(({ file }) => file).join(', ')}`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: entries.map((entry) => ({ in: entry.file, out: join(folderOf(entry), 'index') })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // The SDK and Zod ship ES modules beside CommonJS; only the former can be shaken, and esbuild prefers the latter for Node.
    mainFields: ['module', 'main'],
    minify: true,
    plugins: [layered],
    banner: { js: REQUIRE },
    legalComments: 'none',
    logLevel: 'error',
  });
  return Object.fromEntries(entries.map((entry) => [entry.file, join(folder, folderOf(entry))]));
}

/** Bundles every entry with esbuild in one go: ES modules, minified, the SDK inside. The same sources give the same bytes. */
export const bundleAll = (): Promise<Bundles> => {
  bundled ??= bundle();
  return bundled;
};
