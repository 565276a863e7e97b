import { CloudWatchLogs, type FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import type { Stack } from '#local/instance.ts';

/** What the functions wrote: how often each was invoked, and their own lines. */
export interface FunctionLogs {
  readonly invocations: ReadonlyMap<string, number>;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/** Reads the logs of all functions from a moment on (milliseconds since 1970), by the platform's own START lines. */
export async function readFunctionLogs({ endpoint, region }: Stack, since: number): Promise<FunctionLogs> {
  const logs = new CloudWatchLogs({ endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  const invocations = new Map<string, number>();
  const lines: Record<string, unknown>[] = [];
  const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: '/aws/lambda/' });
  for (const { logGroupName = '' } of logGroups) {
    const events: FilteredLogEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await logs.filterLogEvents({ logGroupName, startTime: since, nextToken });
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken);
    for (const { message = '' } of events) {
      if (message.startsWith('START RequestId'))
        invocations.set(logGroupName, (invocations.get(logGroupName) ?? 0) + 1);
      else if (message.startsWith('{')) lines.push(JSON.parse(message) as Record<string, unknown>);
    }
  }
  logs.destroy();
  return { invocations, lines };
}

/** How many records a reader of the table's stream has dealt with. */
export const dealtWith = ({ lines }: FunctionLogs, consumer: string): number =>
  lines
    .filter((line) => line['event'] === 'consumer' && line['consumer'] === consumer)
    .reduce((sum, line) => sum + Number(line['dealtWith']), 0);
