import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { MAX_BATCH } from '#contract/imports.ts';
import { MEASURES, METRICS } from '#contract/metrics.ts';
import { indexSearch } from '#contract/subscriptions.ts';
import { textOf } from '../actors.ts';
import { apiOf, signIn } from '../client.ts';
import type { Context } from '../context.ts';
import { dealtWith, readFunctionLogs } from '../function-logs.ts';
import { withProgress } from '../progress.ts';
import { percentile, type Row } from '../row.ts';

const PATIENCE = 120;

/** How many requests the search engine gets for a message while many are written, and how late it has them. */
export async function indexRows({ quick, stack, directory }: Context): Promise<Row[]> {
  const admin = await signIn(apiOf(stack!, directory), `bench-${randomBytes(6).toString('hex')}`, 'ada', ['admin']);
  const importId = `imp_${randomBytes(16).toString('base64url')}`;
  await admin.post('/imports', { importId, conversation: { type: 'group', name: 'Load', participants: ['bob'] } });
  // What other rows wrote is not counted.
  await pause(3_000);
  const batches = quick ? 10 : 40;
  const since = Date.now();
  const messages = Array.from({ length: MAX_BATCH }, () => ({
    senderId: 'bob',
    text: textOf(120),
    sentAt: '2018-11-05T19:30:43.000Z',
  }));
  await withProgress('import', batches, async (tick) => {
    for (let batch = 0; batch < batches; batch++) {
      await admin.post(`/imports/${importId}/batches`, { batch, messages });
      tick();
    }
  });
  const rate = (batches * MAX_BATCH) / ((Date.now() - since) / 1_000);
  const until = Date.now() + PATIENCE * 1_000;
  let logs = await readFunctionLogs(stack!, since);
  while (dealtWith(logs, indexSearch.name) < batches * MAX_BATCH) {
    if (Date.now() > until) throw new Error(`indexing did not come to an end in ${PATIENCE} s`);
    await pause(500);
    logs = await readFunctionLogs(stack!, since);
  }
  const told = logs.lines.filter((line) => line['event'] === 'consumer' && line['consumer'] === indexSearch.name);
  const bulks = told.reduce((sum, line) => sum + Number(line[METRICS.bulks] ?? 0), 0);
  const lags = told.flatMap((line) => [line[MEASURES.indexLag[0]] ?? []].flat().map(Number));
  return [
    {
      name: 'Index requests a message under load',
      measured: bulks / (batches * MAX_BATCH),
      unit: 'requests',
      budget: 0.01,
      note: `${bulks} bulk requests for ${batches * MAX_BATCH} messages imported at ${rate.toFixed(0)} a second (one a batch of the stream: ${indexSearch.batchSize} records or ${indexSearch.windowSeconds} s)`,
    },
    ...([50, 95] as const).map((percent) => ({
      name: `Index lag p${percent} under load`,
      measured: percentile(lags, percent),
      unit: 'ms',
      note: `from the change to the document, of ${lags.length} documents (up to 100 a batch); the stream tells the time of a change to the second, so up to a second of it is none`,
    })),
  ];
}
