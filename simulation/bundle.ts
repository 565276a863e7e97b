import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

/** What the simulation puts in the place of modules at the edge of the shipped code. */
const STAND_INS: readonly (readonly [module: RegExp, standIn: string])[] = [
  [/^#aws\/signed-fetch\.ts$|^\.\/signed-fetch\.ts$/, 'signed-fetch.ts'],
  [/^#gateways\/(?:upload-form|quarantine|renditions|download-url)\.ts$/, 'blobs.ts'],
  [/^\.\/picture\.ts$/, 'picture.ts'],
  [/^\.\/sniff\.ts$/, 'sniff.ts'],
  [/^#gateways\/signing-key\.ts$|^\.\/signing-key\.ts$/, 'signing-key.ts'],
  [/^#gateways\/invitation-token\.ts$/, 'invitation-token.ts'],
  [/^#runtime\/log\.ts$|^\.\/log\.ts$/, 'log.ts'],
  [/^node:crypto$/, 'crypto.ts'],
  [/^node:timers\/promises$/, 'timers.ts'],
];

/** Maps that a module keeps from one call of its function to the next. */
const MODULE_MAP = /^((?:export )?const \w+(?::[^=\n]+)? = )new Map(<[^\n]*>)?\(\);$/gm;

const plugin: Plugin = {
  name: 'simulation',
  setup({ onResolve, onLoad }) {
    for (const [filter, standIn] of STAND_INS)
      onResolve({ filter }, ({ importer }) =>
        importer.includes('/functions/') ? { path: join(ROOT, 'simulation', 'stand-ins', standIn) } : undefined,
      );
    onLoad({ filter: /\/(?:functions|client)\/.*\.ts$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8');
      const kept = contents.replace(MODULE_MAP, '$1new ModuleMap$2();');
      const needed = kept === contents ? '' : "import { ModuleMap } from '#simulation/stand-ins/module-map.ts';\n";
      return { contents: needed + kept, loader: 'ts' };
    });
  },
};

/** Bundles a program of the simulation over the shipped code into one file. */
export async function bundle(outfile: string, program = 'simulation/worker.ts'): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [program],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    sourcemap: 'inline',
    plugins: [plugin],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'error',
  });
}
