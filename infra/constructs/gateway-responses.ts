import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { ERRORS, type ErrorCode } from '#contract/errors.ts';

/** What API Gateway answers by itself, before or instead of a function, in the API's own words. */
const ANSWERS: readonly (readonly [ResponseType, ErrorCode])[] = [
  [ResponseType.UNAUTHORIZED, 'caller.unauthenticated'],
  [ResponseType.EXPIRED_TOKEN, 'caller.unauthenticated'],
  [ResponseType.ACCESS_DENIED, 'caller.forbidden'],
  // A path or method that is not there; API Gateway's own name and status for it (403) mislead.
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, 'route.not_found'],
  [ResponseType.RESOURCE_NOT_FOUND, 'route.not_found'],
  [ResponseType.REQUEST_TOO_LARGE, 'request.too_large'],
  [ResponseType.UNSUPPORTED_MEDIA_TYPE, 'request.unsupported_media_type'],
  [ResponseType.THROTTLED, 'request.throttled'],
  [ResponseType.QUOTA_EXCEEDED, 'request.throttled'],
  [ResponseType.BAD_REQUEST_BODY, 'request.malformed'],
  [ResponseType.BAD_REQUEST_PARAMETERS, 'request.invalid'],
  [ResponseType.WAF_FILTERED, 'caller.forbidden'],
  [ResponseType.DEFAULT_4XX, 'request.invalid'],
  [ResponseType.DEFAULT_5XX, 'service.failed'],
];

/** Headers that a browser needs to see the answer at all. */
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': "'application/problem+json'",
  'access-control-allow-origin': "'*'",
  'access-control-expose-headers': "'retry-after,x-request-id'",
  'cache-control': "'no-store'",
  'x-request-id': 'context.requestId',
};

/** A problem document as the functions write it (RFC 9457); `$context` is filled in by API Gateway. */
const problem = (code: ErrorCode): string => {
  const [status, title] = ERRORS[code];
  return JSON.stringify({ type: `urn:parley:problem:${code}`, title, status, code, requestId: '$context.requestId' });
};

/** Gives every answer of the gateway itself the API's problem document. */
export function addGatewayResponses(api: RestApi): void {
  for (const [type, code] of ANSWERS) {
    const status = ERRORS[code][0];
    api.addGatewayResponse(`Answer${type.responseType}`, {
      type,
      statusCode: String(status),
      responseHeaders: { ...HEADERS, ...(status === 429 ? { 'retry-after': "'1'" } : {}) },
      templates: { 'application/json': problem(code) },
    });
  }
}
