import type { AuthorizerContext } from '#runtime/caller.ts';

/** What the ticket authorizer puts into the context of every event of the socket; API Gateway passes strings only. */
export interface SocketContext extends AuthorizerContext {
  readonly nonce: string;
  /** Seconds since 1970. */
  readonly ticketExpiresAt: string;
  readonly deviceId?: string;
}

/**
 * What API Gateway sends for a socket. The route alone says nothing: whether somebody connects or speaks is told by
 * `eventType`, and a client chooses the route of a frame by its `action`.
 */
export interface SocketEvent {
  readonly requestContext: {
    readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
    readonly connectionId: string;
    readonly requestId: string;
    readonly authorizer?: Partial<Record<keyof SocketContext, unknown>> | null;
  };
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

/** A status and never a body: whatever a route returns may end up at the client. */
export interface SocketResult {
  readonly statusCode: number;
}
