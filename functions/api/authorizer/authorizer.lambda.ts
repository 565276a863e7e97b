import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { Claims } from '#contract/claims.ts';
import { isRevoked } from '#domain/ticket.ts';
import type { AuthorizerContext } from '#runtime/caller.ts';
import { env } from '#runtime/env.ts';
import { log } from '#runtime/log.ts';
import { scope } from '#table/entity.ts';
import { revokedAt } from '#table/revocation.ts';
import { keySetOf } from './key-set.ts';
import { BadToken, type Bearer, type Expected, verifyToken } from './verify-token.ts';

let expected: Expected | undefined;

const expectation = (): Expected => {
  const issuer = env('issuer');
  expected ??= {
    issuer,
    audience: env('audience'),
    claims: Claims.parse(JSON.parse(env('claims'))),
    keys: keySetOf(issuer),
  };
  return expected;
};

const headerOf = (event: APIGatewayRequestAuthorizerEvent): string | undefined =>
  Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];

const tokenOf = (event: APIGatewayRequestAuthorizerEvent): string => {
  const token = /^Bearer +([^\s]+)$/i.exec(headerOf(event) ?? '')?.[1];
  if (token === undefined) throw new BadToken('no_bearer_token');
  return token;
};

/**
 * For the whole stage, `arn:…:<api>/<stage>/*`: API Gateway keeps the answer for the token and asks it again for the next
 * method, which may be another one.
 */
const stageOf = (methodArn: string): string => `${methodArn.split('/').slice(0, 2).join('/')}/*`;

const allow = (bearer: Bearer, methodArn: string): APIGatewayAuthorizerResult => {
  const { tenantId, userId, roles, name, issuedAt, expiresAt } = bearer;
  const context: AuthorizerContext = {
    tenantId,
    userId,
    roles: roles.join(','),
    ...(name ? { name } : {}),
    tokenIssuedAt: String(issuedAt),
    tokenExpiresAt: String(expiresAt),
  };
  return {
    principalId: userId,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: stageOf(methodArn) }],
    },
    context: { ...context },
  };
};

/**
 * Verifies the bearer token of every request that is not public. A token that is not good is a 401 that says no more
 * (API Gateway's, for the error text `Unauthorized`), and so is one from before its user was logged out; when the issuer's
 * keys or the table cannot be had, a 500: nobody shall throw away a good token because something is down.
 */
export const handler = async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
  const started = Date.now();
  try {
    const bearer = await verifyToken(tokenOf(event), expectation());
    if (isRevoked(bearer.issuedAt, await revokedAt(scope(bearer.tenantId), bearer.userId)))
      throw new BadToken('revoked');
    log.info('token.accepted', { tenant: bearer.tenantId, user: bearer.userId, ms: Date.now() - started });
    return allow(bearer, event.methodArn);
  } catch (error) {
    if (error instanceof BadToken) {
      log.info('token.refused', { reason: error.reason, ms: Date.now() - started });
      throw new Error('Unauthorized');
    }
    log.error('token.not_judged', error, { ms: Date.now() - started });
    throw new Error('the token could not be judged');
  }
};
