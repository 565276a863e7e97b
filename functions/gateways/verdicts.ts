import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ENV } from '#contract/environment.ts';
import { SCANNERS, VERDICT_TYPE, type Verdict } from '#contract/verdict.ts';
import { mediaBucket } from './media-buckets.ts';
import type { ObjectVersion } from './quarantine.ts';

/** What a scan ended with, in GuardDuty's words; `FAILED` where it could not look. */
export interface Finding {
  readonly status: 'NO_THREATS_FOUND' | 'THREATS_FOUND' | 'UNSUPPORTED' | 'FAILED';
  readonly threats: readonly string[];
}

const client = new EventBridgeClient({
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 },
});

/** Says what a scan of ours found, as GuardDuty would. Raises an error when the bus does not take it. */
export async function tellVerdict({ key, versionId, eTag }: ObjectVersion, found: Finding): Promise<void> {
  const detail: Verdict & Record<string, unknown> = {
    schemaVersion: '1.0',
    scanStatus: found.status === 'FAILED' ? 'FAILED' : 'COMPLETED',
    resourceType: 'S3_OBJECT',
    s3ObjectDetails: { bucketName: mediaBucket('quarantineBucket'), objectKey: key, eTag, versionId },
    scanResultDetails: {
      scanResultStatus: found.status,
      threats: found.threats.length === 0 ? null : found.threats.map((name) => ({ name })),
    },
  };
  const { Entries = [] } = await client.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: process.env[ENV.verdictBus],
          Source: SCANNERS.local,
          DetailType: VERDICT_TYPE,
          Detail: JSON.stringify(detail),
        },
      ],
    }),
  );
  const [entry] = Entries;
  if (!entry?.EventId) throw new Error(`the bus did not take a verdict: ${entry?.ErrorCode} ${entry?.ErrorMessage}`);
}
