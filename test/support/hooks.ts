import './aws-env.ts';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { SQSEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { PublishedEvent } from '#contract/published-events.ts';

/** What Lambda is invoked with when it reads a queue that holds these. */
export const lettersOf = (...bodies: readonly unknown[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({
    messageId: `letter-${index}`,
    receiptHandle: 'handle',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1795253400000',
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: '1795253400000',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:test',
    awsRegion: 'us-east-1',
  })),
});

/** Stands in for the event bus: what was said on it, parsed as the contract declares it; `refuse` answers a code for an entry. */
export function useBus() {
  process.env[ENV.eventBus] = 'parley-test-events';
  const bridge = mockClient(EventBridgeClient);
  let refuse: (entry: PutEventsRequestEntry) => string | undefined = () => undefined;
  const entries: PutEventsRequestEntry[] = [];
  beforeEach(() => {
    bridge.reset();
    entries.length = 0;
    refuse = () => undefined;
    bridge.on(PutEventsCommand).callsFake(({ Entries }: { Entries: PutEventsRequestEntry[] }) => ({
      Entries: Entries.map((entry) => {
        const code = refuse(entry);
        if (!code) entries.push(entry);
        return code ? { ErrorCode: code, ErrorMessage: 'because' } : { EventId: 'taken' };
      }),
    }));
  });
  return {
    said: (): PublishedEvent[] =>
      entries.map(({ DetailType, Detail }) => PublishedEvent.parse({ type: DetailType, detail: JSON.parse(Detail!) })),
    refusing: (by: typeof refuse) => {
      refuse = by;
    },
  };
}
