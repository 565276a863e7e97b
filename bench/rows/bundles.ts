import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AUTHORIZER, SERVICES, SOCKETS } from '#contract/entries.ts';
import { bundleAll } from '#infra/constructs/bundles.ts';
import type { Context } from '../context.ts';
import { withProgress } from '../progress.ts';
import { median, type Row } from '../row.ts';

const HOT = {
  send: SERVICES.messages,
  authorizer: AUTHORIZER,
  connect: SOCKETS.connect,
  'socket authorizer': SOCKETS.authorizer,
} as const;

const FLOORS = {
  'importing node:https': "import 'node:https';",
  'the first fetch of a process': "await fetch('http://127.0.0.1:9/').catch(() => undefined);",
} as const;

const MEASURE = join(import.meta.dirname, '..', 'import-cpu.mjs');

/** What the environment of a function holds when its code is loaded. */
const ENVIRONMENT = { PATH: '/usr/bin:/bin', AWS_REGION: 'us-east-1', LANG: 'C.UTF-8' };

const importCpu = async (file: string): Promise<number> => {
  const { stdout } = await promisify(execFile)(process.execPath, [MEASURE, file], { env: ENVIRONMENT });
  return Number(stdout);
};

/** Size and import time of what runs for every message, as it is deployed, in fresh processes taken in turn. */
export async function bundleRows({ quick }: Context): Promise<Row[]> {
  const folders = await bundleAll();
  const files = new Map(Object.entries(HOT).map(([name, { file }]) => [name, join(folders[file]!, 'index.mjs')]));
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  try {
    const empty = join(folder, 'index.mjs');
    await writeFile(empty, 'export const handler = async () => ({ statusCode: 200 });\n');
    // Whoever calls AWS makes Node load one of these, however small its own code is: `fetch` only when first used.
    const floors = new Map<string, string>();
    for (const [name, code] of Object.entries(FLOORS)) {
      const file = join(folder, `floor-${floors.size}.mjs`);
      await writeFile(file, `${code}\n`);
      floors.set(name, file);
    }
    const all = new Map([['empty', empty], ...floors, ...files]);
    const runs = quick ? 7 : 25;
    const times = new Map([...all.keys()].map((name) => [name, [] as number[]]));
    await withProgress('imports', runs * all.size, async (tick) => {
      for (let run = 0; run < runs; run++)
        for (const [name, file] of all) {
          times.get(name)!.push(await importCpu(file));
          tick();
        }
    });
    const of = (name: string): number => median(times.get(name)!);
    const rows: Row[] = [
      {
        name: 'Import CPU of an empty handler',
        measured: of('empty'),
        unit: 'CPU-ms',
        note: `median of ${runs} fresh processes, taken in turn; user and system time of all threads during import()`,
      },
    ];
    for (const name of floors.keys())
      rows.push({
        name: `CPU of ${name}, against an empty handler`,
        measured: of(name) / of('empty'),
        unit: '×',
        note: `${of(name).toFixed(1)} CPU-ms`,
      });
    for (const [name, file] of files) {
      const isSend = name === 'send';
      rows.push(
        {
          name: `Import CPU of ${name}, against an empty handler`,
          measured: of(name) / of('empty'),
          unit: '×',
          ...(isSend ? { budget: 12 } : {}),
          note: `${of(name).toFixed(1)} CPU-ms; goal 1.6 ×`,
        },
        {
          name: `Bundle of ${name}`,
          measured: (await stat(file)).size / 1_000,
          unit: 'KB',
          ...(isSend ? { budget: 500 } : {}),
          note: 'goal 60 KB',
        },
      );
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}
