import { createHash } from 'node:crypto';

/** A document with its sum: the first four bytes of the SHA-256 of everything in it. */
export const summed = <D extends object>(document: D): D & { readonly sum: number } => ({
  ...document,
  sum: createHash('sha256').update(JSON.stringify(document)).digest().readUInt32BE(),
});
