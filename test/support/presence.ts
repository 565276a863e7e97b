import { expect } from 'vitest';
import type { Event } from '#contract/events.ts';
import type { Presence } from '#contract/presence.ts';
import { TICKET_SECONDS } from '#contract/realtime.ts';
import { handler as command } from '#functions/realtime/command.lambda.ts';
import { handler as connect } from '#functions/realtime/connect.lambda.ts';
import { handler as disconnect } from '#functions/realtime/disconnect.lambda.ts';
import type { SocketEvent } from '#functions/realtime/socket-event.ts';
import { someClientId } from './conversations.ts';

type Kind = SocketEvent['requestContext']['eventType'];

/** What API Gateway sends of a user's socket. */
const eventOf = (tenantId: string, userId: string, connectionId: string, eventType: Kind, body?: object) => ({
  requestContext: {
    eventType,
    connectionId,
    requestId: 'request-1',
    authorizer: {
      ...{ tenantId, userId, roles: 'user', nonce: someClientId() },
      ticketExpiresAt: String(Math.floor(Date.now() / 1_000) + TICKET_SECONDS),
    },
  },
  ...(body ? { body: JSON.stringify(body) } : {}),
});

/** Users of a tenant whose sockets come and go through the functions themselves, and what each socket, which hears `events`, is told. */
export function peopleOf(tenantId: string, events: (connectionId: string) => readonly Event[]) {
  const OK = { statusCode: 200 };
  return {
    comes: async (userId: string, connectionId = `${userId}=`) =>
      expect(await connect(eventOf(tenantId, userId, connectionId, 'CONNECT'))).toEqual(OK),
    goes: async (userId: string, connectionId = `${userId}=`) =>
      expect(await disconnect(eventOf(tenantId, userId, connectionId, 'DISCONNECT'))).toEqual(OK),
    says: async (userId: string, frame: object, connectionId = `${userId}=`) =>
      expect(await command(eventOf(tenantId, userId, connectionId, 'MESSAGE', frame))).toEqual(OK),
    watches: async (userId: string, userIds: readonly string[], connectionId = `${userId}=`) =>
      expect(
        await command(
          eventOf(tenantId, userId, connectionId, 'MESSAGE', { action: 'presence.watch', userIds: [...userIds] }),
        ),
      ).toEqual(OK),
    /** What it was told of users coming and going. */
    told: (connectionId: string): Presence[] =>
      events(connectionId).flatMap((event) => {
        if (event.type !== 'presence') return [];
        const { type: _, ...presence } = event;
        return [presence];
      }),
  };
}
