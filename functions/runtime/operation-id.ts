import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { ClientId } from '#contract/ids.ts';
import { Refusal } from '#domain/refusal.ts';

/** A UUIDv7 (RFC 9562, 5.7) in base64url: a client id, minted here for a caller that sent none. */
export const mintClientId = (): string => Buffer.from(uuidv7({}, new Uint8Array(16))).toString('base64url');

/**
 * The Idempotency-Key of a change that takes a number in a log: it has the form of a client id, because the log
 * remembers both alike. Raises `request.invalid`.
 */
export const parseOperationId = (idempotencyKey: string | undefined): string | undefined => {
  if (idempotencyKey === undefined || ClientId.safeParse(idempotencyKey).success) return idempotencyKey;
  throw new Refusal('request.invalid', {
    issues: [{ path: 'idempotency-key', message: 'here: a UUIDv7 in base64url, 22 characters' }],
  });
};

/** The id of part `part` of an operation that takes several numbers: of the same time, and the same at each repetition. */
export const partOfOperation = (operationId: string, part: number): string => {
  if (part === 0) return operationId;
  const bytes = createHash('sha256').update(`${operationId}\n${part}`).digest().subarray(0, 16);
  Buffer.from(operationId, 'base64url').copy(bytes, 0, 0, 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return bytes.toString('base64url');
};
