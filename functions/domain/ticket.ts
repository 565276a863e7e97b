import * as z from 'zod';
import { DeviceId, TenantId, UserId } from '#contract/ids.ts';
import { TENANT_ROLES } from '#contract/permissions.ts';
import { TICKET_SECONDS } from '#contract/realtime.ts';

/**
 * Seconds that a spent ticket is remembered beyond its expiry: more than the clocks of two functions can differ, so that
 * none of them still accepts what another has forgotten.
 */
export const TICKET_MEMORY_SECONDS = 60;

/** What a ticket says about its bearer. It travels in a URL, so it opens one socket within seconds and nothing else. */
export const Ticket = z.strictObject({
  tenantId: TenantId,
  userId: UserId,
  roles: z.array(z.enum(TENANT_ROLES)),
  /** 128 random bits in base64url: what makes it single-use. */
  nonce: z.string().regex(/^[A-Za-z0-9_-]{21}[AQgw]$/),
  /** Seconds since 1970. */
  expiresAt: z.int(),
  /** The device that asked for it, where it named itself. */
  deviceId: DeviceId.optional(),
  /** When the token it was got with was issued and will expire (s): it opens nothing if that one was revoked meanwhile. */
  tokenIssuedAt: z.int().optional(),
  tokenExpiresAt: z.int().optional(),
});
export type Ticket = z.output<typeof Ticket>;

/** A new ticket for a caller, good from `at` (ms) for `TICKET_SECONDS`. */
export const ticketFor = (bearer: Omit<Ticket, 'nonce' | 'expiresAt'>, nonce: string, at: number): Ticket => ({
  ...bearer,
  nonce,
  expiresAt: Math.floor(at / 1_000) + TICKET_SECONDS,
});

/** True when what was issued at `issuedAt` (seconds) is refused since a revocation (ms): a token of the same second, too. */
export const isRevoked = (issuedAt: number, revokedAt: number): boolean => issuedAt * 1_000 < revokedAt;

/** True when it is too late to open a socket with the ticket. */
export const isLate = (ticket: Pick<Ticket, 'expiresAt'>, at: number): boolean => at >= ticket.expiresAt * 1_000;
