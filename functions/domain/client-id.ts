import { Refusal } from './refusal.ts';

/**
 * The time in a client id: the first 48 bits of a UUIDv7, milliseconds since 1970 (RFC 9562, 5.7). Raises
 * `request.invalid` when the id is base64url but no UUIDv7.
 */
export function timeOfClientId(clientId: string): number {
  const bytes = Buffer.from(clientId, 'base64url');
  if (bytes.length !== 16 || bytes[6]! >> 4 !== 7 || bytes[8]! >> 6 !== 2)
    throw new Refusal('request.invalid', { issues: [{ path: 'clientId', message: 'not a UUIDv7 in base64url' }] });
  return bytes.readUIntBE(0, 6);
}

/** The time in a key of the head's memory: its first 8 characters are the id's first 48 bits. */
export const timeOfKey = (key: string): number => Buffer.from(key.slice(0, 8), 'base64url').readUIntBE(0, 6);
