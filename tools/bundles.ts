import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { bundleAll } from '#infra/constructs/bundles.ts';
import { bundleClient, compressedBytes } from './client-package.ts';
import { type Outcome, ROOT, runWhenMain } from './step.ts';

const BUDGETS = join(ROOT, 'tools', 'bundle-budgets.json');

/** Bytes each entry's bundle may have, by file. `decided` ones come from the design, the others from a measurement. */
const Budgets = z.strictObject({
  decided: z.record(z.string(), z.int()),
  measuredPlusTenPercent: z.record(z.string(), z.int()),
});

const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} KB`;

/** The client as a browser fetches it. */
const CLIENT = 'client, compressed';

/** Sizes of the bundles that are deployed: the same code makes them for this check and for the stacks. */
async function sizes(): Promise<Map<string, number>> {
  const folders = await bundleAll();
  const client = mkdtempSync(join(tmpdir(), 'parley-client-'));
  try {
    await bundleClient(client);
    return new Map([
      ...Object.entries(folders).map(([file, folder]) => [file, statSync(join(folder, 'index.mjs')).size] as const),
      [CLIENT, compressedBytes(client)],
    ]);
  } finally {
    rmSync(client, { recursive: true, force: true });
  }
}

const readBudgets = () => Budgets.parse(JSON.parse(readFileSync(BUDGETS, 'utf8')));

/** `node tools/bundles.ts --write`: today's sizes and a tenth on top become the budgets of all entries without a decided one. */
async function writeBudgets(): Promise<void> {
  const { decided } = readBudgets();
  const measured = [...(await sizes())].filter(([file]) => !(file in decided));
  const measuredPlusTenPercent = Object.fromEntries(
    measured.map(([file, bytes]): [string, number] => [file, Math.ceil((bytes * 1.1) / 1_000) * 1_000]).sort(),
  );
  writeFileSync(BUDGETS, `${JSON.stringify({ decided, measuredPlusTenPercent }, null, 2)}\n`);
}

/** Every bundle against its budget; an entry without a budget, or a budget without an entry, is a finding too. */
export async function checkBundles(): Promise<Outcome> {
  const { decided, measuredPlusTenPercent } = readBudgets();
  const budgets = new Map(Object.entries({ ...measuredPlusTenPercent, ...decided }));
  const measured = await sizes();
  const problems: string[] = [];
  const rows: string[] = [];
  for (const [file, bytes] of measured) {
    const budget = budgets.get(file);
    const share = budget === undefined ? '' : `${Math.round((bytes / budget) * 100)} %`;
    rows.push(
      `  ${file.padEnd(50)} ${kilobytes(bytes).padStart(10)} ${budget === undefined ? '' : `of ${kilobytes(budget).padStart(10)} ${share.padStart(6)}`}`,
    );
    if (budget === undefined) problems.push(`${file} has no budget in tools/bundle-budgets.json`);
    else if (bytes > budget) problems.push(`${file} is ${kilobytes(bytes)}, its budget ${kilobytes(budget)}`);
  }
  for (const file of budgets.keys()) if (!measured.has(file)) problems.push(`the budget of ${file} belongs to nothing`);
  return { problems, table: rows.join('\n'), note: `${measured.size} bundles` };
}

if (import.meta.main && process.argv.includes('--write')) await writeBudgets();
await runWhenMain(import.meta, checkBundles);
