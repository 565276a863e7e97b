import { openUpload } from '#gateways/quarantine.ts';
import { tellVerdict } from '#gateways/verdicts.ts';
import { onArrival } from './on-arrival.ts';
import { scan } from './scan.ts';

/** Stands for GuardDuty where there is none: looks for malware in what arrives and says on the same bus, in the same words, what it found. */
export const handler = onArrival(async ({ object }) => {
  const upload = await openUpload(object);
  // Replaced already: the event of what is there now comes by itself.
  if (upload) await tellVerdict(object, await scan(upload));
});
