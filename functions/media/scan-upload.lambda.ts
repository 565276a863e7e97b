import { ENV } from '#contract/environment.ts';
import { scanByClamd } from '#gateways/clamd.ts';
import { openUpload } from '#gateways/quarantine.ts';
import { tellVerdict } from '#gateways/verdicts.ts';
import { onArrival } from './on-arrival.ts';
import { scanBySignatures } from './scan.ts';

/**
 * Stands for GuardDuty where there is none: looks for malware in what arrives, with ClamAV's daemon where its address is
 * given, and says on the same bus, in the same words, what was found.
 */
export const handler = onArrival(async ({ object }) => {
  const upload = await openUpload(object);
  // Gone already: nothing will be asked of it.
  if (!upload) return;
  const clamd = process.env[ENV.clamd];
  await tellVerdict(object, clamd ? await scanByClamd(clamd, upload.parts()) : await scanBySignatures(upload));
});
