import type { APIGatewayProxyEvent } from 'aws-lambda';
import { pathParameters } from '#contract/route.ts';
import { Refusal } from '#domain/refusal.ts';
import { MAX_BODY_BYTES, parseObject } from './json.ts';

const bodyOf = (event: APIGatewayProxyEvent): Record<string, unknown> => {
  if (!event.body) return {};
  const bytes = Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_BODY_BYTES) throw new Refusal('request.too_large', { maxBytes: MAX_BODY_BYTES });
  const type = Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  if (type && !/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) throw new Refusal('request.unsupported_media_type');
  return parseObject(bytes);
};

const queryOf = (event: APIGatewayProxyEvent): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(event.multiValueQueryStringParameters ?? {}).map(([name, values]) => {
      if (values && values.length > 1)
        throw new Refusal('request.invalid', { issues: [{ path: name, message: 'given more than once' }] });
      return [name, values?.[0]];
    }),
  );

/**
 * Path, query and body as one object, for the route's schema. Reads carry no body and writes no query, so a field has
 * one place to come from; a body that names a path parameter is refused, not overridden.
 */
export function inputOf(event: APIGatewayProxyEvent, resource: string): Record<string, unknown> {
  const reads = event.httpMethod === 'GET' || event.httpMethod === 'DELETE';
  const fields = reads ? { ...bodyOf(event), ...queryOf(event) } : { ...queryOf(event), ...bodyOf(event) };
  const path: Record<string, unknown> = {};
  for (const name of pathParameters(resource)) {
    if (name in fields)
      throw new Refusal('request.invalid', { issues: [{ path: name, message: 'belongs to the path' }] });
    path[name] = event.pathParameters?.[name];
  }
  return { ...fields, ...path };
}
