import * as z from 'zod';

/** Who says what the malware scan found: GuardDuty on AWS, a function of ours (`scan-upload`) on a laptop. */
export const SCANNERS = { aws: 'aws.guardduty', local: 'parley.scanner' } as const;

/** `detail-type` of a verdict. */
export const VERDICT_TYPE = 'GuardDuty Malware Protection Object Scan Result';

/** The one result after which an upload goes on; every other ends it. */
export const CLEAN = 'NO_THREATS_FOUND';

/**
 * What is read of a verdict. Results that come to be later are read too: they are not `CLEAN`.
 * https://docs.aws.amazon.com/guardduty/latest/ug/monitor-with-eventbridge-s3-malware-protection.html
 */
export const Verdict = z.object({
  s3ObjectDetails: z.object({
    bucketName: z.string(),
    objectKey: z.string(),
    eTag: z.string().nullish(),
    versionId: z.string().nullish(),
  }),
  scanResultDetails: z.object({
    scanResultStatus: z.string(),
    threats: z.array(z.object({ name: z.string() })).nullish(),
  }),
});
export type Verdict = z.output<typeof Verdict>;
