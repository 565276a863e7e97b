import './aws-env.ts';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { makeKey, TestIssuer } from './issuer.ts';

/** The ARN of the stage that the authorizer is asked for. */
export const API = 'arn:aws:execute-api:us-east-1:000000000000:api/v1';

/** Keys of the issuer under test; the stranger's has the name of a good one and is not among them. */
export const [key, rsaKey, strangerKey] = await Promise.all([
  makeKey('ES256', 'current'),
  makeKey('RS256', 'rsa'),
  makeKey('ES256', 'current'),
]);

type Handler = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/** The REST authorizer as on a cold start before each test, with an issuer of its own over HTTP that is well. */
export function useAuthorizer() {
  const issuer = new TestIssuer();
  let handler: Handler;
  /** Since when (ms) tokens are good, by the key of a user's connections item; an error is thrown. */
  const revocations = new Map<string, number | Error>();
  const read: string[] = [];

  beforeAll(() => issuer.start());
  afterAll(() => issuer.stop());
  beforeEach(async () => {
    process.env[ENV.issuer] = issuer.url;
    process.env[ENV.audience] = 'parley';
    process.env[ENV.claims] = '{}';
    issuer.serve(key, rsaKey);
    process.env[ENV.table] = 'table';
    revocations.clear();
    read.length = 0;
    vi.resetModules();
    // As new as the handler: both find the same transport.
    const { stubService } = await import('#test/support/aws-stub.ts');
    stubService('dynamodb')
      .on(GetCommand)
      .callsFake(({ Key, ConsistentRead }: { Key: { pk: string }; ConsistentRead?: boolean }) => {
        read.push(Key.pk);
        const since = revocations.get(Key.pk);
        if (since instanceof Error) throw since;
        return since === undefined || !ConsistentRead ? {} : { Item: { r: since } };
      });
    ({ handler } = await import('#functions/api/authorizer/authorizer.lambda.ts'));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const ask = (authorization: string | undefined, name = 'Authorization'): Promise<APIGatewayAuthorizerResult> =>
    handler({
      type: 'REQUEST',
      methodArn: `${API}/GET/conversations`,
      headers: authorization === undefined ? {} : { [name]: authorization },
    } as unknown as APIGatewayRequestAuthorizerEvent);

  return {
    issuer,
    revocations,
    /** Keys of the items that were read. */
    read,
    /** What it answers to an Authorization header. */
    ask,
    /** The user it lets in with a token, or the text of its error. */
    judge: async (token: string): Promise<string> => {
      try {
        return String((await ask(`Bearer ${token}`)).context?.['userId']);
      } catch (error) {
        return (error as Error).message;
      }
    },
  };
}

/** The error text for which API Gateway answers 401. */
export const UNAUTHORIZED = 'Unauthorized';

/** The error text of a token that could not be judged: a 500. */
export const NOT_JUDGED = 'the token could not be judged';
