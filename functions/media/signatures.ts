import { inflateRawSync } from 'node:zlib';

/** What is looked for where no scanner is: files that are no malware and made to be found. In two parts: no scanner is to find them here. */
const SIGNATURES: readonly (readonly [name: string, bytes: Buffer])[] = [
  // https://www.eicar.org
  [
    'EICAR-Test-File',
    Buffer.from(`X5O!P%@AP[4\\PZX54(P^)7CC)7}$${'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'}`, 'latin1'),
  ],
  ['Parley-Test-File', Buffer.from(`PARLEY-TEST-${'THREAT-LOOK-HERE'}`, 'latin1')],
];

/** Bytes of the longest signature. */
export const LONGEST = Math.max(...SIGNATURES.map(([, bytes]) => bytes.length));

/** Archives inside archives that are looked into, entries of all of them, and bytes that come out of them all. */
const [DEPTH, ENTRIES, INFLATED] = [4, 2_000, 64 * 1024 * 1024];

/** An archive holds more than is looked into. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

/** The first signature in these bytes, by name. */
export const signatureIn = (data: Buffer): string | undefined =>
  SIGNATURES.find(([, bytes]) => data.includes(bytes))?.[0];

/** The local header of an entry of a ZIP archive (APPNOTE 6.3.10, 4.3.7). */
const LOCAL = Buffer.from('PK\u0003\u0004', 'latin1');

/**
 * The first signature in what is compressed in these bytes: entries of ZIP archives, wherever they begin (behind a
 * picture, inside another archive). What is broken is passed over. Raises `TooMuch`.
 */
export function signatureInside(
  data: Buffer,
  left = { entries: ENTRIES, bytes: INFLATED },
  depth = 1,
): string | undefined {
  for (let at = data.indexOf(LOCAL); at >= 0; at = data.indexOf(LOCAL, at + LOCAL.length)) {
    if (at + 30 > data.length || data.readUInt16LE(at + 8) !== 8) continue;
    if (depth > DEPTH || left.entries-- <= 0) throw new TooMuch('entries');
    const start = at + 30 + data.readUInt16LE(at + 26) + data.readUInt16LE(at + 28);
    const inside = inflated(data.subarray(start), left.bytes);
    left.bytes -= inside.length;
    const found = signatureIn(inside) ?? signatureInside(inside, left, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function inflated(data: Buffer, most: number): Buffer {
  try {
    return inflateRawSync(data, { maxOutputLength: Math.max(most, 1) });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw new TooMuch('bytes');
    return Buffer.alloc(0);
  }
}
