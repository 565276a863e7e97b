/**
 * How long a search takes: among the real messages in one conversation, and among a million in a hundred tenants. The requests
 * are the ones that `GET /search/messages` makes, with the permission filter of a member of twenty conversations; what comes on
 * top of them (membership, the check of each hit) is counted by `npm run bench`. `npm run bench:search` runs it. Writes
 * `bench/results/search.json`, unless it was a quick look. Timings are figures, never assertions.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ENV } from '#contract/environment.ts';
import { createIndex, refreshIndex } from '#gateways/search/indices.ts';
import { main, Problem } from '#local/problem.ts';
import { load, machineFacts } from './peers/results.ts';
import { withProgress } from './progress.ts';
import { type Row, tableOf } from './row.ts';
import { askMany } from './search/asking.ts';
import { AUTHORS, corpus, realLines, type Size } from './search/corpus.ts';
import { indexAll } from './search/indexing.ts';
import { hush } from './world.ts';

const RESULTS = join(import.meta.dirname, 'results');

await main(async () => {
  const { values } = parseArgs({
    options: {
      messages: { type: 'string', default: '1000000' },
      tenants: { type: 'string', default: '100' },
      quick: { type: 'boolean', default: false },
    },
  });
  const url = process.env.PARLEY_SEARCH_URL;
  if (!url) throw new Problem('There is no search engine: npm run bench:search starts one.');
  Object.assign(process.env, {
    [ENV.searchEndpoint]: url,
    [ENV.searchIndex]: JSON.stringify({ shards: 3 }),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  hush();
  const facts = { ...machineFacts(), loadBefore: load() };
  const real = await realLines();
  const times = values.quick ? 30 : 200;
  const rows: Row[] = [];

  const one: Size = { messages: real.length, tenants: 1, roomsEach: 1 };
  const small = 'search-v2-real';
  await createIndex(small);
  const said = real.map(({ text }, index) => ({
    ...{ tenant: 0, room: 0, seq: index + 1, author: index % AUTHORS, at: Date.UTC(2020, 0, 1) + index * 1_000, text },
  }));
  const first = await withProgress('indexing the real messages', Math.ceil(one.messages / 1_000), (tick) =>
    indexAll(small, said, tick),
  );
  await refreshIndex(small);
  rows.push(...(await askMany({ index: small, real, size: one, times, of: first.messages })));

  const size: Size = {
    messages: values.quick ? 50_000 : Number(values.messages),
    tenants: Number(values.tenants),
    roomsEach: 50,
  };
  const large = 'search-v2-many';
  await createIndex(large);
  const indexed = await withProgress('indexing', Math.ceil(size.messages / 1_000), (tick) =>
    indexAll(large, corpus(real, size), tick),
  );
  await refreshIndex(large);
  rows.push(
    {
      name: 'Messages indexed a second',
      measured: indexed.messages / indexed.seconds,
      unit: 'messages/s',
      note: `${indexed.messages.toLocaleString('en')} in ${size.tenants} tenants; ${((indexed.cpuSeconds / indexed.messages) * 1e6).toFixed(0)} µs of this process each`,
    },
    {
      name: 'Requests to the index a message',
      measured: indexed.bulks / indexed.messages,
      unit: 'requests',
      budget: 0.01,
      note: 'full batches',
    },
    ...(await askMany({ index: large, real, size, times, of: indexed.messages })),
  );

  console.log(`\n${tableOf(rows)}\n`);
  if (!values.quick) {
    mkdirSync(RESULTS, { recursive: true });
    const file = join(RESULTS, 'search.json');
    writeFileSync(file, `${JSON.stringify({ measuredAt: new Date().toISOString(), ...facts, rows }, null, 2)}\n`);
    console.log(`Written: ${file}`);
  }
  return 0;
});
