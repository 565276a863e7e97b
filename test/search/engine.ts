import '#test/support/aws-env.ts';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { ENV } from '#contract/environment.ts';
import { messageIdOf } from '#contract/ids.ts';
import { indexState } from '#table/search-index.ts';

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

const Found = z.object({
  docs: z.array(
    z.object({
      found: z.boolean(),
      _version: z.number().optional(),
      _source: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

/** A tenant that no other test uses. */
export const aTenantId = (): string => `t${crypto.randomUUID().replaceAll('-', '')}`;

/** What the live index holds under a message's id right now, refreshed or not; undefined where there is nothing. */
export async function held(place: {
  readonly tenantId: string;
  readonly conversationId: string;
  readonly seq: number;
}) {
  const { tenantId, conversationId, seq } = place;
  const { live } = await indexState();
  const id = `${tenantId}/${messageIdOf(conversationId, seq)}`;
  const answer = Found.parse(await engine('POST', `/${live.name}/_mget`, { docs: [{ _id: id, routing: tenantId }] }));
  return answer.docs.map(({ found, _version, _source }) => (found ? { version: _version, ..._source } : undefined))[0];
}
