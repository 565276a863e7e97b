import { everyRoute } from './api.ts';
import { COMMON_REFUSALS, ERRORS, type ErrorCode } from './errors.ts';
import { type Components, components, exampleOf, type JsonSchema, withoutProperties } from './json-schema.ts';
import { isPublic } from './permissions.ts';
import { type Alias, pathParameters, type Route } from './route.ts';
import type { Within } from './within.ts';

const BASE = '#/components/schemas/';

/** Refusals that an operation without a token may answer with. */
const PUBLIC_REFUSALS = COMMON_REFUSALS.filter((code) => !code.startsWith('caller.'));

const PROBLEM: JsonSchema = {
  type: 'object',
  description: 'Why the request was refused (RFC 9457). Switch on `code`; a code never changes its meaning.',
  properties: {
    type: { type: 'string', format: 'uri', examples: ['urn:parley:problem:request.invalid'] },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERRORS) },
    requestId: { type: 'string', description: 'Quote it when you ask for help.' },
    issues: {
      type: 'array',
      description: 'What is wrong with the input, and where: a dotted path, empty for the whole.',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
        required: ['path', 'message'],
      },
    },
  },
  required: ['type', 'title', 'status', 'code', 'requestId'],
  additionalProperties: true,
};

const EXAMPLE_REQUEST_ID = '9c1f3c64-8a4e-4b7e-9a53-3a1d0f3b7f10';

const problemExample = (code: ErrorCode) => {
  const [status, title] = ERRORS[code];
  const issues =
    code === 'request.invalid' ? { issues: [{ path: 'limit', message: 'Too big: expected number to be <=100' }] } : {};
  return {
    value: { type: `urn:parley:problem:${code}`, title, status, code, requestId: EXAMPLE_REQUEST_ID, ...issues },
  };
};

const REQUEST_ID = { 'x-request-id': { $ref: '#/components/headers/RequestId' } };

/** What a rate-limited operation says of the rate. */
const RATE_LIMIT = Object.fromEntries(
  ['Limit', 'Remaining', 'Reset', 'Policy'].map((part) => [
    `ratelimit-${part.toLowerCase()}`,
    { $ref: `#/components/headers/RateLimit${part}` },
  ]),
);

/** The refusals of one HTTP status as one response. */
const refusals = (codes: readonly ErrorCode[]): Record<string, JsonSchema> => {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      String(status),
      {
        description: some.map((code) => `\`${code}\`: ${ERRORS[code][1]}`).join('\n'),
        headers: {
          ...REQUEST_ID,
          ...(status === 503 || status === 429 ? { 'retry-after': { $ref: '#/components/headers/RetryAfter' } } : {}),
          ...(status === 429 ? RATE_LIMIT : {}),
        },
        content: {
          'application/problem+json': {
            schema: { $ref: `${BASE}Problem` },
            examples: Object.fromEntries(some.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
          },
        },
      },
    ]),
  );
};

const answer = (description: string, schema: JsonSchema, example: unknown, headers: object = {}): JsonSchema => ({
  description,
  headers: { ...REQUEST_ID, ...headers },
  content: { 'application/json': { schema, example } },
});

/** A repeated create answers 200 with what the first one answered. */
const replays = (route: Route): boolean => route.method === 'POST' && route.status === 201 && !route.anew;

/** True when the operation is made repeatable by an `Idempotency-Key`. */
const takesKey = (route: Route): boolean => route.refuses.some((code) => code.endsWith('.idempotency_conflict'));

const responses = (route: Route, output: JsonSchema, example: unknown): JsonSchema => {
  const codes = [...new Set([...(isPublic(route.permission) ? PUBLIC_REFUSALS : COMMON_REFUSALS), ...route.refuses])];
  const rate = codes.some((code) => ERRORS[code][0] === 429) ? RATE_LIMIT : {};
  const replayed = { ...rate, 'idempotent-replayed': { $ref: '#/components/headers/IdempotentReplayed' } };
  return {
    [route.status]: answer(route.summary, output, example, rate),
    ...(replays(route)
      ? { 200: answer('The same request came before: the first answer again.', output, example, replayed) }
      : {}),
    ...refusals(codes),
  };
};

/** Who may do it inside the conversation, in words. */
const rolesIn = ({ roles, archived, open, ofOthers }: Within): string =>
  [
    `Inside the conversation: ${roles.join(', ')}${open ? ', and whoever comes from outside and is not banned' : ''}.`,
    ofOthers && `To what others wrote: ${ofOthers.join(', ') || 'nobody'}.`,
    archived === 'refused' && 'Not while it is archived.',
    archived === 'only' && 'Only while it is archived.',
  ]
    .filter(Boolean)
    .join(' ');

/** One valid input an operation, by service and name. */
export type Examples = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

const operation = (
  service: string,
  operationId: string,
  route: Route,
  { method, path }: Alias,
  gathered: Components,
  given: Readonly<Record<string, unknown>>,
): JsonSchema => {
  const output = gathered.schemaOf(route.output, 'output');
  const input = gathered.schemaOf(route.input, 'input');
  const inPath = pathParameters(path);
  const { taken, rest } = withoutProperties(input, inPath);
  const shown = (name: string) => (given[name] === undefined ? {} : { example: given[name] });
  const body = Object.fromEntries(Object.entries(given).filter(([name]) => !inPath.includes(name)));
  const parameters: JsonSchema[] = inPath.map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: taken[name]!,
    ...shown(name),
  }));
  const reads = method === 'GET' || method === 'DELETE';
  if (reads) {
    const required = (rest.required ?? []) as string[];
    for (const [name, schema] of Object.entries((rest.properties ?? {}) as Record<string, JsonSchema>))
      parameters.push({ name, in: 'query', required: required.includes(name), schema, ...shown(name) });
  }
  if (takesKey(route)) parameters.push({ $ref: '#/components/parameters/IdempotencyKey' });
  const canonical = path === route.path && method === route.method;
  const description = [
    canonical ? undefined : `The same operation as \`${route.method} ${route.path}\`.`,
    route.within && rolesIn(route.within),
  ].filter(Boolean);
  return {
    operationId,
    tags: [service],
    summary: route.summary,
    ...(description.length > 0 ? { description: description.join(' ') } : {}),
    ...(canonical ? {} : { 'x-alias-of': route.path }),
    ...(route.within ? { 'x-conversation-roles': route.within.roles } : {}),
    security: isPublic(route.permission) ? [] : [{ bearer: [] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(reads
      ? {}
      : {
          requestBody: {
            required: Array.isArray(rest.required) || 'oneOf' in rest || 'anyOf' in rest,
            content: { 'application/json': { schema: rest, example: body } },
          },
        }),
    responses: responses(route, output, exampleOf(output, gathered.all())),
  };
};

/** The OpenAPI 3.1 document of the whole API, from `api` and one example an operation. */
export function openApiDocument(version: string, examples: Examples) {
  const gathered = components(BASE);
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const { service, name, route } of everyRoute())
    for (const [index, address] of [route, ...(route.aliases ?? [])].entries()) {
      const method = address.method.toLowerCase();
      const others = paths[address.path] ?? {};
      if (others[method]) throw new Error(`${address.method} ${address.path} is declared twice`);
      const operationId = index === 0 ? name : `${name}Alias${index}`;
      paths[address.path] = {
        ...others,
        [method]: operation(service, operationId, route, address, gathered, examples[service]?.[name] ?? {}),
      };
    }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Parley',
      version,
      summary: 'Conversations, messages, media and search for many tenants.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/v1', description: 'The stage of the deployed REST API' }],
    tags: [...new Set(everyRoute().map(({ service }) => service))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      parameters: {
        IdempotencyKey: {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description: 'Makes a create repeatable: the same key and body are answered with what the first one made.',
          schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' },
        },
      },
      examples: Object.fromEntries((Object.keys(ERRORS) as ErrorCode[]).map((code) => [code, problemExample(code)])),
      headers: {
        RequestId: { description: 'Names this request in the logs.', schema: { type: 'string' } },
        RetryAfter: { description: 'Seconds to wait before trying again.', schema: { type: 'integer' } },
        RateLimitLimit: { description: 'Times the operation may be done in a window.', schema: { type: 'integer' } },
        RateLimitRemaining: { description: 'Times it may be done at once, now.', schema: { type: 'integer' } },
        RateLimitReset: {
          description: 'Seconds until everything used is there again.',
          schema: { type: 'integer' },
        },
        RateLimitPolicy: {
          description: 'Limit, seconds of its window, and times at once.',
          schema: { type: 'string', examples: ['60;w=60;burst=60'] },
        },
        IdempotentReplayed: {
          description: 'Says that this answer was given before and nothing was stored.',
          schema: { type: 'string', const: 'true' },
        },
      },
      schemas: { Problem: PROBLEM, ...gathered.all() },
    },
  };
}
