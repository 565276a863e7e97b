import { Refusal } from '#domain/refusal.ts';

/** Bytes a request body may have. */
export const MAX_BODY_BYTES = 256 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A JSON object from bytes or text that came from outside. Raises `request.malformed` for bad UTF-8, bad JSON,
 * anything that is not an object, and strings with lone surrogates (they have no UTF-8 form: RFC 8259, 8.2).
 */
export function parseObject(body: string | Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(typeof body === 'string' ? body : utf8.decode(body), (key, part: unknown) => {
      if (key === '__proto__' || !key.isWellFormed()) throw new SyntaxError('unusable key');
      if (typeof part === 'string' && !part.isWellFormed()) throw new SyntaxError('lone surrogate');
      return part;
    });
  } catch (cause) {
    throw new Refusal('request.malformed', {}, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal('request.malformed');
  return value as Record<string, unknown>;
}
