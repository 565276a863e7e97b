import { createHash } from 'node:crypto';

/**
 * A client id as the head remembers it, 16 characters: its time (48 bits) and 48 bits of a digest over author and id,
 * which scopes it to its author. Whoever finds one compares the full id in the stored message.
 */
export const keyOfClientId = (author: string, clientId: string): string =>
  clientId.slice(0, 8) + createHash('sha256').update(`${author}\n${clientId}`).digest('base64url').slice(0, 8);
