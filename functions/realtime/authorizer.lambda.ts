import type { APIGatewayRequestAuthorizerEvent, PolicyDocument } from 'aws-lambda';
import { signingKey } from '#gateways/signing-key.ts';
import { log } from '#runtime/log.ts';
import { readTicketToken } from '#runtime/ticket-token.ts';
import type { SocketContext } from './socket-event.ts';

interface Decision {
  readonly principalId: string;
  readonly policyDocument: PolicyDocument;
  readonly context?: SocketContext & Record<string, string>;
}

const policy = (Effect: 'Allow' | 'Deny', Resource: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }],
});

/**
 * Lets a socket open with a ticket that we signed and that is not late. It asks nobody: whether the ticket was used before
 * is decided by `$connect`, in the write that uses it. Anything wrong, and anything unexpected, is an explicit Deny.
 */
export const handler = async (event: APIGatewayRequestAuthorizerEvent): Promise<Decision> => {
  const requestId = event.requestContext?.requestId;
  try {
    const read = readTicketToken(await signingKey('ticket'), event.queryStringParameters?.['ticket'] ?? '', Date.now());
    if ('ticket' in read) {
      const { tenantId, userId, roles, nonce, expiresAt, deviceId, tokenIssuedAt, tokenExpiresAt } = read.ticket;
      log.info('socket.admitted', { requestId, tenant: tenantId, user: userId });
      return {
        principalId: userId,
        policyDocument: policy('Allow', event.methodArn),
        context: {
          tenantId,
          userId,
          roles: roles.join(','),
          nonce,
          ticketExpiresAt: String(expiresAt),
          ...(deviceId === undefined ? {} : { deviceId }),
          ...(tokenIssuedAt === undefined ? {} : { tokenIssuedAt: String(tokenIssuedAt) }),
          ...(tokenExpiresAt === undefined ? {} : { tokenExpiresAt: String(tokenExpiresAt) }),
        },
      };
    }
    log.info('socket.refused', { requestId, reason: read.refused });
  } catch (error) {
    log.error('socket.refused', error, { requestId });
  }
  return { principalId: 'nobody', policyDocument: policy('Deny', event.methodArn) };
};
