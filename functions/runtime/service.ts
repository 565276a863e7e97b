import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { ErrorCode } from '#contract/errors.ts';
import { allows, isPublic } from '#contract/permissions.ts';
import type { Input, Output, Route } from '#contract/route.ts';
import type { TooOften } from '#domain/rate-limit.ts';
import { Refusal } from '#domain/refusal.ts';
import { type Caller, callerOf } from './caller.ts';
import { inputOf } from './input.ts';
import { log } from './log.ts';
import { countedSince } from './metrics.ts';
import { issuesOf, problem } from './problem.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';

/** What a handler knows of the request besides its input. */
export interface Request {
  readonly caller: Caller;
  readonly requestId: string;
  /** Server time of the request, milliseconds since 1970. */
  readonly at: number;
  readonly idempotencyKey: string | undefined;
  /** The `If-Match` header as it came; `runtime/version.ts` reads it. */
  readonly ifMatch: string | undefined;
}

/** A handler's answer. A replayed answer goes out with 200 and `Idempotent-Replayed: true`. */
export interface Answer<T> {
  readonly body: T;
  readonly replayed?: boolean;
  /** More headers, by their names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handle<R extends Route> = (input: Input<R>, request: Request) => Promise<Answer<Output<R>>>;

type Handlers<Routes extends Record<string, Route>> = { readonly [K in keyof Routes]: Handle<Routes[K]> };

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'etag,idempotent-replayed,ratelimit-limit,ratelimit-policy,ratelimit-remaining,ratelimit-reset,retry-after,x-request-id',
};

const reply = (
  statusCode: number,
  body: unknown,
  requestId: string,
  headers: Record<string, string> = {},
): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'content-type': 'application/json', ...HEADERS, 'x-request-id': requestId, ...headers },
  body: JSON.stringify(body),
});

const refuse = (code: ErrorCode, requestId: string, { details, quota }: Partial<TooOften> = {}) => {
  const document = problem(code, requestId, details);
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    ...(quota ? rateLimitHeaders(quota) : {}),
  };
  if (document.status === 503) headers['retry-after'] = String(details?.['retryAfterSeconds'] ?? 1);
  return reply(document.status, document, requestId, headers);
};

const NOBODY: Caller = Object.freeze({
  get tenant(): never {
    throw new Error('a public operation has no caller');
  },
  get userId(): never {
    throw new Error('a public operation has no caller');
  },
  roles: [],
});

/**
 * The Lambda handler of a service: finds the route, checks the caller's role, parses the input, answers. It is the one
 * place that knows HTTP, and it never throws: an unexpected error is logged and answered with a plain 500.
 */
export function service<Routes extends Record<string, Route>>(routes: Routes, handlers: Handlers<Routes>) {
  const byKey = new Map<string, { name: string; route: Route; handle: Handle<Route> }>();
  for (const [name, route] of Object.entries(routes))
    for (const { method, path } of [route, ...(route.aliases ?? [])])
      byKey.set(`${method} ${path}`, {
        name,
        route,
        handle: handlers[name as keyof Routes] as unknown as Handle<Route>,
      });

  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const started = Date.now();
    const requestId = event.requestContext.requestId;
    const found = byKey.get(`${event.httpMethod} ${event.resource}`);
    let caller = NOBODY;
    let result: APIGatewayProxyResult;
    let code: string | undefined;
    try {
      if (!found) throw new Refusal('route.not_found');
      const { route, handle } = found;
      if (!isPublic(route.permission)) {
        caller = callerOf(event.requestContext.authorizer);
        if (!allows(caller.roles, route.permission)) throw new Refusal('caller.forbidden');
      }
      const parsed = route.input.safeParse(inputOf(event, event.resource));
      if (!parsed.success) throw new Refusal('request.invalid', { issues: issuesOf(parsed.error.issues) });
      const answer = await handle(parsed.data, {
        caller,
        requestId,
        at: started,
        idempotencyKey: headerOf(event, 'idempotency-key'),
        ifMatch: headerOf(event, 'if-match'),
      });
      result = reply(answer.replayed ? 200 : route.status, answer.body, requestId, {
        ...(answer.replayed ? { 'idempotent-replayed': 'true' } : {}),
        ...answer.headers,
      });
    } catch (error) {
      if (error instanceof Refusal) {
        code = error.code;
        result = refuse(error.code, requestId, error);
      } else {
        code = 'service.failed';
        log.error('request.failed', error, { requestId });
        result = refuse('service.failed', requestId);
      }
    }
    log.info(
      'request',
      {
        requestId,
        route: found?.name ?? 'unknown',
        status: result.statusCode,
        ms: Date.now() - started,
        code,
        ...(caller === NOBODY ? {} : { tenant: caller.tenant, user: caller.userId }),
      },
      countedSince({ refused: code !== undefined }),
    );
    return result;
  };
}

const headerOf = (event: APIGatewayProxyEvent, name: string): string | undefined => {
  const found = Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name);
  const value = found?.[1];
  if (value !== undefined && !/^[\x21-\x7e]{1,128}$/.test(value))
    throw new Refusal('request.invalid', { issues: [{ path: name, message: '1 to 128 visible ASCII characters' }] });
  return value;
};
