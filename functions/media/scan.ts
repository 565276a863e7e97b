import type { Upload } from '#gateways/quarantine.ts';
import type { Finding } from '#gateways/verdicts.ts';
import { LONGEST, signatureIn, signatureInside, TooMuch } from './signatures.ts';

/** Bytes of the beginning that archives are looked for in. */
const HELD = 32 * 1024 * 1024;

const threat = (name: string): Finding => ({ status: 'THREATS_FOUND', threats: [name] });

/** Looks for signatures all through an upload, and in archives in its beginning; it holds no more than that of it. */
export async function scanBySignatures(upload: Pick<Upload, 'parts' | 'discard'>): Promise<Finding> {
  const held: Uint8Array[] = [];
  let bytes = 0;
  let last: Uint8Array = new Uint8Array();
  for await (const part of upload.parts()) {
    const both = Buffer.concat([last, part]);
    const found = signatureIn(both);
    if (found) {
      upload.discard();
      return threat(found);
    }
    last = both.subarray(-LONGEST);
    if (bytes < HELD) held.push(part);
    bytes += part.length;
  }
  try {
    const found = signatureInside(Buffer.concat(held));
    return found ? threat(found) : { status: 'NO_THREATS_FOUND', threats: [] };
  } catch (error) {
    if (error instanceof TooMuch) return { status: 'UNSUPPORTED', threats: [] };
    throw error;
  }
}
