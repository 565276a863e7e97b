import { createHmac, timingSafeEqual } from 'node:crypto';
import { isLate, Ticket } from '#domain/ticket.ts';

/**
 * A ticket as text: its payload and an HMAC-SHA256 of it. Not a JWT: both ends are ours, and a format without a header has
 * no algorithm, key or type for its bearer to choose (RFC 8725, 2.1), nor a library to load before a socket opens.
 */
const macOf = (key: Buffer, payload: string): Buffer => createHmac('sha256', key).update(`ticket\n${payload}`).digest();

/** Signs a ticket. */
export const ticketToken = (key: Buffer, ticket: Ticket): string => {
  const payload = Buffer.from(JSON.stringify(ticket)).toString('base64url');
  return `${payload}.${macOf(key, payload).toString('base64url')}`;
};

/** A ticket that may open a socket, or why there is none; the reason is for the log only. */
export type ReadTicket = { readonly ticket: Ticket } | { readonly refused: 'malformed' | 'forged' | 'late' };

/** The ticket in a token that `ticketToken` made with the same key, if it is still good at `at` (ms). */
export const readTicketToken = (key: Buffer, token: string, at: number): ReadTicket => {
  const [payload = '', mac = '', ...rest] = token.split('.');
  const given = Buffer.from(mac, 'base64url');
  const expected = macOf(key, payload);
  if (rest.length > 0 || given.length !== expected.length) return { refused: 'malformed' };
  if (!timingSafeEqual(given, expected)) return { refused: 'forged' };
  const ticket = Ticket.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  return isLate(ticket, at) ? { refused: 'late' } : { ticket };
};
