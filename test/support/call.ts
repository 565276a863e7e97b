import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type Alias, pathParameters, type Route } from '#contract/route.ts';

/** How a call differs from one by user `ada` of tenant `acme` with the role `user`. */
export interface CallOptions {
  readonly tenantId?: string;
  readonly userId?: string;
  readonly roles?: readonly string[];
  /** What else the authorizer says of the token. */
  readonly token?: { readonly tokenIssuedAt: string; readonly tokenExpiresAt: string };
  /** Without it the request looks as if no authorizer had been asked. */
  readonly authorized?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent instead of the input's own body. */
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  /** Added to the query that the input makes. */
  readonly query?: Readonly<Record<string, readonly string[]>>;
}

const isRead = ({ method }: Alias): boolean => method === 'GET' || method === 'DELETE';

/** The event that API Gateway (REST, proxy integration) makes of an input sent to an operation's address. */
export function restEvent(
  address: Alias,
  input: Readonly<Record<string, unknown>>,
  options: CallOptions = {},
): APIGatewayProxyEvent {
  const { tenantId = 'acme', userId = 'ada', roles = ['user'], authorized = true } = options;
  const inPath = pathParameters(address.path);
  const rest = Object.entries(input).filter(([name]) => !inPath.includes(name));
  const query = {
    ...(isRead(address) ? Object.fromEntries(rest.map(([name, value]) => [name, [String(value)]])) : {}),
    ...options.query,
  };
  const body = options.body ?? (isRead(address) ? null : JSON.stringify(Object.fromEntries(rest)));
  const context = { tenantId, userId, roles: roles.join(','), ...options.token };
  return {
    httpMethod: address.method,
    resource: address.path,
    path: inPath.reduce<string>((path, name) => path.replace(`{${name}}`, String(input[name])), address.path),
    pathParameters: inPath.length > 0 ? Object.fromEntries(inPath.map((name) => [name, String(input[name])])) : null,
    queryStringParameters: Object.fromEntries(Object.entries(query).map(([name, values]) => [name, values.at(-1)])),
    multiValueQueryStringParameters: Object.fromEntries(
      Object.entries(query).map(([name, values]) => [name, [...values]]),
    ),
    headers: { ...(body === null ? {} : { 'Content-Type': 'application/json' }), ...options.headers },
    multiValueHeaders: {},
    body,
    isBase64Encoded: options.isBase64Encoded ?? false,
    stageVariables: null,
    requestContext: {
      accountId: '000000000000',
      apiId: 'test',
      authorizer: authorized ? context : null,
      httpMethod: address.method,
      identity: {} as APIGatewayProxyEvent['requestContext']['identity'],
      path: address.path,
      protocol: 'HTTP/1.1',
      requestId: 'request-1',
      requestTimeEpoch: 1_795_000_000_000,
      resourceId: 'test',
      resourcePath: address.path,
      stage: 'v1',
    },
  };
}

export type RestHandler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/** A reply with its body read. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Calls an operation through its Lambda handler, as API Gateway would. */
export async function call(
  handler: RestHandler,
  address: Route | Alias,
  input: Readonly<Record<string, unknown>>,
  options: CallOptions = {},
): Promise<Reply> {
  const { statusCode, headers = {}, body } = await handler(restEvent(address, input, options));
  return { status: statusCode, headers, body: JSON.parse(body) as Record<string, unknown> };
}
