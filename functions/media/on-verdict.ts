import type { EventBridgeEvent } from 'aws-lambda';
import type { MediaKind } from '#contract/media.ts';
import { CLEAN, Verdict } from '#contract/verdict.ts';
import { log } from '#runtime/log.ts';
import { lead, rejected, type Step, type Steps, type World } from './lead.ts';
import { scannedOf } from './object-key.ts';
import { outside } from './outside.ts';

/** What is done to an upload that the scan found clean. */
export interface Work {
  /** Leads to `processing` when the content is what was announced, else to `rejected`. */
  readonly inspect: Step;
  /** Leads to `ready`, with everything stored that is served, or to `rejected`. */
  readonly make: Step;
}

/** The steps that a verdict allows. Nothing but a clean one leads on: whatever else it says ends the upload. */
export function stepsAfter(result: string, { inspect, make }: Work, threat?: string): Steps {
  if (result === CLEAN) return { scanning: inspect, processing: make };
  const end: Step = async () =>
    result === 'THREATS_FOUND'
      ? { to: 'quarantined', reason: 'malware', ...(threat ? { threat } : {}) }
      : rejected('unscannable');
  return { scanning: end, processing: end };
}

/**
 * A function that runs for every verdict on an object in quarantine. A bad file ends as `rejected`; what throws is an
 * outage, which Lambda tries again and in the end hands to the failure destination.
 */
export const onVerdict =
  (workOn: (kind: MediaKind) => Work, world: World = outside) =>
  async ({ detail }: EventBridgeEvent<string, unknown>): Promise<void> => {
    const verdict = Verdict.parse(detail);
    const { scanResultStatus, threats } = verdict.scanResultDetails;
    const arrival = scannedOf(verdict);
    if (!arrival) return log.warn('upload.foreign_key', { bucket: verdict.s3ObjectDetails.bucketName });
    const { mediaId, kind } = arrival;
    const threat = threats?.map(({ name }) => name).join(', ');
    if (scanResultStatus !== CLEAN)
      log.warn('upload.not_clean', {
        mediaId,
        result: scanResultStatus,
        threats: threat,
      });
    await lead(arrival, stepsAfter(scanResultStatus, workOn(kind), threat), world);
  };
