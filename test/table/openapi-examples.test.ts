/** `docs/openapi.json`, taken at its word: every request it shows is sent, and the answer is one that it announces. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { transport } from '#aws/transport.ts';
import type { Service } from '#contract/api.ts';
import { ENV } from '#contract/environment.ts';
import type { Method } from '#contract/route.ts';
import { HoldEntity } from '#table/legal-hold.ts';
import { stubService } from '#test/support/aws-stub.ts';
import { call } from '#test/support/call.ts';
import { handlerOf } from '#test/support/handlers.ts';
import { place } from '#test/support/matrix.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { itemsOf } from '#test/support/world.ts';

useTable();
useSigningKey();
for (const name of [ENV.socketsUrl, ENV.quarantineBucket, ENV.cleanBucket, ENV.version]) process.env[name] ??= 'test';
// A queue that takes everything, and a search engine that knows nothing.
process.env[ENV.webhooksUrl] = 'https://sqs.test/webhooks';
stubService('sqs');
// A store that takes everything and has nothing.
mockClient(S3Client).onAnyCommand().resolves({});
process.env[ENV.searchEndpoint] = 'https://search.test';
const { send } = transport;
transport.send = async (url, request) =>
  url.hostname === 'search.test'
    ? Response.json({ hits: { total: { value: 0, relation: 'eq' }, hits: [] }, aggregations: { by: { buckets: [] } } })
    : send(url, request);

interface Shown {
  readonly operationId: string;
  readonly tags: readonly [Service];
  readonly parameters?: readonly { name?: string; in?: string; required?: boolean; example?: unknown }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly example: object } } };
  readonly responses: Readonly<
    Record<
      string,
      { readonly content: Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>> }
    >
  >;
}

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8')) as {
  readonly paths: Readonly<Record<`/${string}`, Readonly<Record<string, Shown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
};

/** A schema of the document, with what it refers to, as something that can check a value. */
const checker = (schema: object): z.ZodType => {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas });
  return z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')));
};

const shown = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    title: `${method.toUpperCase()} ${path}`,
    address: { method: method.toUpperCase() as Method, path: path as `/${string}` },
    operation,
  })),
);
let tenants = 0;

describe.each(shown)('$title', ({ address, operation }) => {
  const { parameters = [], requestBody, responses } = operation;
  const named = parameters.filter(({ name, example }) => name !== undefined && example !== undefined);
  const input = {
    ...Object.fromEntries(named.map(({ name, example }) => [name, example])),
    ...requestBody?.content['application/json'].example,
  };

  it('is shown with everything that it needs', () => {
    for (const { name, required } of parameters) if (required) expect(input).toHaveProperty(name!);
  });

  it('answers the request that is shown as it says', async () => {
    // A token of an invitation names its tenant.
    const tenantId = 'token' in input ? 'acme' : `shown-${tenants++}`;
    const items = itemsOf(tenantId);
    // Where a hold is, nothing is purged.
    await place(address.path.endsWith('/purge') ? items.filter((item) => item['ty'] !== HoldEntity.type) : items);
    const handler = await handlerOf(operation.tags[0]);
    const reply = await call(handler, address, input, { tenantId, roles: ['user', 'admin'] });
    expect(reply.status, JSON.stringify(reply.body)).toBeLessThan(300);
    const content = responses[String(reply.status)]?.content['application/json'];
    expect(content, `${reply.status} is not announced`).toBeDefined();
    expect(checker(content!.schema).safeParse(reply.body)).toMatchObject({ success: true });
  });

  it('shows answers that are what their schemas say', () => {
    for (const response of Object.values(responses))
      for (const [type, { schema, example }] of Object.entries(response.content))
        if (type === 'application/json') expect(checker(schema).safeParse(example)).toMatchObject({ success: true });
  });
});
