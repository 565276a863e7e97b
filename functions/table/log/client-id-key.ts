import { createHash } from 'node:crypto';

/**
 * A client id as the head remembers it, 12 characters, since 24 of them share the head's 1 KB: its time (48 bits) and 24
 * bits of a digest over author and id, which scopes it to its author. Whoever finds one compares the full id in the stored
 * message; two ids of the same millisecond that agree by chance make the later one wait until the head has forgotten.
 */
export const keyOfClientId = (author: string, clientId: string): string =>
  clientId.slice(0, 8) + createHash('sha256').update(`${author}\n${clientId}`).digest('base64url').slice(0, 4);
