import '#test/support/aws-env.ts';
import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import * as z from 'zod';
import { ENV } from '#contract/environment.ts';
import { SEARCH_ALIAS } from '#gateways/search-index.ts';

const Stack = z.object({ searchUrl: z.url() });

/** The real engine's address, from the stack file that `PARLEY_STACK` names. */
const url = (): string => {
  const file = process.env['PARLEY_STACK'];
  if (!file)
    throw new Error('PARLEY_STACK is not set: start a search engine (npm run services) and name its stack.json');
  return Stack.parse(JSON.parse(readFileSync(file, 'utf8'))).searchUrl;
};

process.env[ENV.searchEndpoint] = url();

/** A request to the engine past our own code. */
export async function engine(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${url()}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

/** Makes what was written visible to searches. */
export const refresh = (alias: string = SEARCH_ALIAS) => engine('POST', `/${alias}/_refresh`);

/** An alias of its own for a test file, whose index is removed at the end. */
export function useAlias(): string {
  const alias = `test-${crypto.randomUUID()}`;
  afterAll(() => engine('DELETE', `/${alias}-v1?ignore_unavailable=true`));
  return alias;
}

const Found = z.object({
  docs: z.array(
    z.object({
      found: z.boolean(),
      _version: z.number().optional(),
      _source: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

/** What the index holds under these ids of a tenant right now, refreshed or not; undefined where there is nothing. */
export async function stored(tenantId: string, ids: readonly string[], alias: string = SEARCH_ALIAS) {
  const docs = ids.map((id) => ({ _id: `${tenantId}/${id}`, routing: tenantId }));
  const answer = Found.parse(await engine('POST', `/${alias}/_mget`, { docs }));
  return answer.docs.map(({ found, _version, _source }) => (found ? { version: _version, ..._source } : undefined));
}

/** A tenant that no other test uses. */
export const aTenantId = (): string => `t${crypto.randomUUID().replaceAll('-', '')}`;
