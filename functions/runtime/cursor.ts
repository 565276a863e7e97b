import { createHmac, timingSafeEqual } from 'node:crypto';
import { Refusal } from '#domain/refusal.ts';

const macOf = (key: Buffer, list: string, payload: string): string =>
  createHmac('sha256', key).update(`cursor\n${list}\n${payload}`).digest().subarray(0, 16).toString('base64url');

/**
 * An opaque cursor. `list` names what it belongs to (list, tenant, user, filters): it is signed in, not carried, so a
 * cursor of one list or caller is worth nothing to another.
 */
export const cursorFor = (key: Buffer, list: string, position: readonly (string | number)[]): string => {
  const payload = Buffer.from(JSON.stringify(position)).toString('base64url');
  return `${payload}.${macOf(key, list, payload)}`;
};

/** The position in a cursor that `cursorFor` made for the same list. Raises `request.cursor_invalid`. */
export const positionOf = (key: Buffer, list: string, cursor: string): (string | number)[] => {
  const [payload = '', mac = '', ...rest] = cursor.split('.');
  // Compared as text: several texts decode to the same bytes, and a cursor has one spelling.
  const given = Buffer.from(mac);
  const expected = Buffer.from(macOf(key, list, payload));
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new Refusal('request.cursor_invalid');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as (string | number)[];
};
