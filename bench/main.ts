/**
 * `npm run bench -- [--only send,series,…] [--quick]`: the table of budgets, measured. Timings are figures, never assertions.
 * Wants `PARLEY_STACK` (the path of a stack file) for what needs the emulator or the deployed app.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Stack } from '#local/instance.ts';
import { main, Problem } from '#local/problem.ts';
import type { Context } from './context.ts';
import { GROUPS, type Group, groupsNamed } from './groups.ts';
import { isWithin, type Row, tableOf } from './row.ts';
import { hush, openWorld, type World } from './world.ts';

const RESULTS = join(import.meta.dirname, 'results');

// Loaded when run: they make SDK clients, which read the environment that the world sets.
const RUN: Record<Group, (context: Context) => Promise<Row[]>> = {
  send: async (context) => (await import('./rows/send.ts')).sendRows(context),
  series: async (context) => (await import('./rows/series.ts')).seriesRows(context),
  membership: async (context) => (await import('./rows/membership.ts')).membershipRows(context),
  changes: async (context) => (await import('./rows/changes.ts')).changeRows(context),
  reads: async (context) => (await import('./rows/reads.ts')).readRows(context),
  sockets: async (context) => (await import('./rows/sockets.ts')).socketRows(context),
  frames: async (context) => (await import('./rows/frames.ts')).frameRows(context),
  imports: async (context) => (await import('./rows/imports.ts')).importRows(context),
  live: async (context) => (await import('./rows/live.ts')).liveRows(context),
  hot: async (context) => (await import('./rows/hot.ts')).hotRows(context),
  idle: async () => (await import('./rows/idle.ts')).idleRows(),
  index: async (context) => (await import('./rows/index.ts')).indexRows(context),
  suggestions: async (context) => (await import('./rows/suggestions.ts')).suggestionRows(context),
  bundles: async (context) => (await import('./rows/bundles.ts')).bundleRows(context),
  media: async () => (await import('./rows/media.ts')).mediaRows(),
  uploads: async (context) => (await import('./rows/uploads.ts')).uploadRows(context),
  dollars: async (context) => (await import('./rows/dollars.ts')).dollarRows(context),
};

function write(name: string, content: unknown): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, name), `${JSON.stringify(content, null, 2)}\n`);
}

await main(async () => {
  const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } });
  const groups = groupsNamed(values.only);
  const file = process.env.PARLEY_STACK;
  const stack = file ? Stack.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  if (!stack && groups.some((group) => GROUPS[group] !== 'nothing'))
    throw new Problem('PARLEY_STACK is not set: run npm run bench, or name the stack.json of what runs.');
  hush();
  let world: Promise<World> | undefined;
  const context: Context = {
    quick: values.quick,
    world: () => {
      world ??= openWorld(stack!.endpoint, stack!.region);
      return world;
    },
    stack,
    directory: file ? dirname(resolve(file)) : '',
    figures: new Map(),
  };
  const results: { group: Group; rows: Row[] }[] = [];
  try {
    for (const group of groups) {
      const began = performance.now();
      const rows = await RUN[group](context);
      results.push({ group, rows });
      console.log(`\n${group} (${((performance.now() - began) / 1_000).toFixed(1)} s)\n${tableOf(rows)}`);
    }
  } finally {
    await (await world)?.close();
  }
  const rows = results.flatMap(({ group, rows }) =>
    rows.map((row) => ({ group, ...row, within: isWithin(row) ?? null })),
  );
  const missed = rows.filter(({ within }) => within === false);
  const judged = rows.filter(({ within }) => within !== null);
  console.log(`\n${judged.length - missed.length} of ${judged.length} budgets kept, ${rows.length} rows.`);
  const at = new Date().toISOString();
  const result = {
    at,
    node: process.version,
    arch: process.arch,
    quick: values.quick,
    only: values.only ?? null,
    rows,
  };
  write(`${at.replaceAll(':', '-').slice(0, 19)}.json`, result);
  if (!values.quick && values.only === undefined) write('latest.json', result);
  return 0;
});
