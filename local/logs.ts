/** `npm run logs -- [--instance dev]`: the functions' logs and the emulator's own, as they come, until Ctrl-C. */
import { createReadStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { LOCAL_CREDENTIALS } from './deploy-app.ts';
import { instanceNamed, loadStack } from './instance.ts';
import { main } from './problem.ts';

const SECONDS_SHOWN_BEFORE = 60;

/** Lines the platform adds around each invocation; they say nothing that the function's own line does not. */
const PLATFORM = /^(START|END|REPORT|INIT_START) /;

async function followFunctions(logs: CloudWatchLogs, since: number): Promise<number> {
  let newest = since;
  const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: '/aws/lambda/' });
  for (const { logGroupName = '' } of logGroups) {
    const { events = [] } = await logs.filterLogEvents({ logGroupName, startTime: since + 1 });
    for (const { message = '', timestamp = 0 } of events) {
      newest = Math.max(newest, timestamp);
      if (!PLATFORM.test(message)) console.log(`${logGroupName.slice('/aws/lambda/'.length)}  ${message.trimEnd()}`);
    }
  }
  return newest;
}

async function followFile(file: string, from: number): Promise<number> {
  if (!existsSync(file)) return 0;
  const { size } = await stat(file);
  if (size <= from) return size;
  for await (const line of createInterface({ input: createReadStream(file, { start: from, end: size - 1 }) })) {
    console.log(`emulator  ${line}`);
  }
  return size;
}

await main(async () => {
  const { values } = parseArgs({ options: { instance: { type: 'string', default: 'dev' } } });
  const instance = instanceNamed(values.instance);
  const { endpoint, region } = loadStack(instance);
  const logs = new CloudWatchLogs({ endpoint, region, credentials: LOCAL_CREDENTIALS });
  const emulatorLog = join(instance.directory, 'emulator.log');
  let position = existsSync(emulatorLog) ? (await stat(emulatorLog)).size : 0;
  let since = Date.now() - SECONDS_SHOWN_BEFORE * 1000;
  for (;;) {
    position = await followFile(emulatorLog, position);
    since = await followFunctions(logs, since);
    await sleep(1000);
  }
});
