import { randomBytes } from 'node:crypto';
import type { createTicket } from '#contract/realtime.ts';
import { Refusal } from '#domain/refusal.ts';
import { ticketFor } from '#domain/ticket.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { env } from '#runtime/env.ts';
import type { Handle } from '#runtime/service.ts';
import { ticketToken } from '#runtime/ticket-token.ts';
import { noteDevice } from '#table/device.ts';
import { tenantIdOf } from '#table/entity.ts';
import { meetUser } from '#table/user.ts';

/**
 * Signs a ticket, which is not stored until it is spent; who asks for one the first time gets a profile. A device that was
 * removed needs a token from after that.
 */
export const handleCreateTicket: Handle<typeof createTicket> = async (
  { deviceId, deviceName, platform },
  { caller, at },
) => {
  const { userId, tokenIssuedAt, tokenExpiresAt } = caller;
  const bearer = {
    tenantId: tenantIdOf(caller.tenant),
    userId,
    roles: [...caller.roles],
    ...(deviceId === undefined ? {} : { deviceId }),
    ...(tokenIssuedAt === undefined ? {} : { tokenIssuedAt }),
    ...(tokenExpiresAt === undefined ? {} : { tokenExpiresAt }),
  };
  const ticket = ticketFor(bearer, randomBytes(16).toString('base64url'), at);
  const says = deviceId && { deviceId, name: deviceName, platform };
  const [key, , isKnown] = await Promise.all([
    signingKey('ticket'),
    meetUser(caller.tenant, caller, at),
    says ? noteDevice(caller.tenant, userId, says, { at, issuedAt: tokenIssuedAt ?? 0 }) : true,
  ]);
  if (!isKnown) throw new Refusal('caller.unauthenticated');
  const token = ticketToken(key, ticket);
  return {
    body: {
      ticket: token,
      url: `${env('socketsUrl')}?ticket=${token}`,
      expiresAt: new Date(ticket.expiresAt * 1_000).toISOString(),
      serverTime: new Date(at).toISOString(),
    },
  };
};
