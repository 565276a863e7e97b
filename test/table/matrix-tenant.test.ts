/**
 * Every operation that names no conversation, for users and admins of the tenant and for those of another one: what a
 * foreign tenant gets is what it would get had nobody ever made the thing.
 */
import { S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { everyRoute } from '#contract/api.ts';
import { ENV } from '#contract/environment.ts';
import { allows, isPublic, TENANT_ROLES } from '#contract/permissions.ts';
import { pathParameters, type Route } from '#contract/route.ts';
import { stubService } from '#test/support/aws-stub.ts';
import { call } from '#test/support/call.ts';
import { EXAMPLES } from '#test/support/examples.ts';
import { handlerOf } from '#test/support/handlers.ts';
import { conversationNamed, notFoundOf, outcomeOf, place, statusOf } from '#test/support/matrix.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { itemsOf } from '#test/support/world.ts';

useTable();
useSigningKey();
stubService('sqs');
// A store that takes everything and has nothing.
mockClient(S3Client).onAnyCommand().resolves({});
for (const name of [ENV.socketsUrl, ENV.webhooksUrl, ENV.quarantineBucket, ENV.cleanBucket, ENV.version])
  process.env[name] ??= 'test';

type Input = Readonly<Record<string, unknown>>;

/** Whether a route asks parts of the deployment that this table stands without; `test/api` and `test/search` have those. */
const needsMore = ({ uses }: Route): boolean =>
  uses.some((use) => use.startsWith('search:') || use === 'table:describe');

const rows = everyRoute().flatMap(({ service, name, route }) => {
  const input = (EXAMPLES[service] as Record<string, Input>)[name]!;
  return conversationNamed(input) === undefined && !needsMore(route) ? [{ service, name, route, input }] : [];
});

/** An id of the same form that nothing has: another number where it ends with one, else one random character is another. */
const neverGiven = (id: string): string =>
  id.startsWith('rep_')
    ? id.replace(/\d+$/, '999')
    : id.length < 8
      ? `${id}z`
      : id.replace(/.(?=.{5}$)/, (found) => (found === 'x' ? 'y' : 'x'));

let tenants = 0;
const someTenant = (): string => `tenants-${tenants++}`;

describe.each(rows)('$name', ({ service, name, route, input }) => {
  const named = pathParameters(route.path);
  /** The input with every id in its path changed into one that was never given. */
  const missing = { ...input, ...Object.fromEntries(named.map((id) => [id, neverGiven(String(input[id]))])) };

  it.each(TENANT_ROLES)('as %s', async (role) => {
    const handler = await handlerOf(service);
    // A token of an invitation names its tenant, and says so itself to everybody else.
    const byToken = 'token' in input;
    const tenantId = byToken ? 'acme' : someTenant();
    const as = (asking: string, given: Input = input) =>
      call(handler, route, given, { tenantId: asking, roles: [role] });
    await place(itemsOf(tenantId));

    const may = isPublic(route.permission) || allows([role], route.permission);
    const own = await as(tenantId);
    expect(outcomeOf(own)).toBe(may ? 'done' : 'caller.forbidden');
    expect(own.status).toBeOneOf(may ? [route.status, 200] : [403]);

    const foreignCode = byToken ? ('invitation.foreign' as const) : notFoundOf(route);
    const notFound = may ? foreignCode : 'caller.forbidden';
    const foreign = await as(someTenant());
    // What is one's own tenant's may stand in another version there, or not be there.
    const conflicts = route.refuses.filter((code) => /\.(?:version_conflict|not_found)$/.test(code));
    expect(outcomeOf(foreign)).toBeOneOf(notFound ? [notFound] : ['done', ...conflicts]);
    if (notFound) expect(foreign.status).toBe(statusOf(route, notFound));
    if (outcomeOf(foreign) === 'done') expect(route.output.safeParse(foreign.body)).toMatchObject({ success: true });
    if (notFound && !byToken) expect(foreign.body).toEqual((await as(tenantId, missing)).body);
    // Taking away what is not there is no error.
    if (route.method !== 'DELETE' && named.some((id) => !['userId'].includes(id)))
      expect(notFound, `${name} takes an id in its path and refuses no missing one`).toBeDefined();
  });

  it('shows nothing of another tenant', async () => {
    if (isPublic(route.permission) || route.method !== 'GET') return;
    const tenantId = someTenant();
    await place(itemsOf(tenantId));
    const reply = await call(await handlerOf(service), route, input, {
      tenantId: someTenant(),
      roles: [...TENANT_ROLES],
    });
    const said = JSON.stringify(reply.body);
    for (const word of ['Engines', 'Ada', 'Looms', 'engine.jpg']) expect(said).not.toContain(word);
  });
});
