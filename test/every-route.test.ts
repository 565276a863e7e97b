import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { everyRoute } from '#contract/api.ts';
import { allows, isPublic, TENANT_ROLES } from '#contract/permissions.ts';
import type { Alias } from '#contract/route.ts';
import { MAX_BODY_BYTES } from '#runtime/json.ts';
import { mockAws, setEnvironment } from './support/aws.ts';
import { call, type RestHandler } from './support/call.ts';
import { linkTokenIn } from './support/example-ids.ts';
import { EXAMPLES } from './support/examples.ts';
import { answerFrom } from './support/fake-table.ts';
import { handlerOf } from './support/handlers.ts';
import { keysOf } from './support/keys.ts';
import { itemsOf } from './support/world.ts';

setEnvironment();
const aws = mockAws();
vi.spyOn(process.stdout, 'write').mockReturnValue(true);
beforeEach(aws.reset);

/** Every operation under every address it has. */
const addresses = everyRoute().flatMap(({ service, name, route }) =>
  [route, ...(route.aliases ?? [])].map(({ method, path }: Alias) => ({
    title: `${method} ${path}`,
    service,
    route,
    address: { method, path },
    input: (EXAMPLES[service] as Record<string, Record<string, unknown>>)[name]!,
  })),
);
const everyRole = [...TENANT_ROLES];

describe.each(addresses)('$title', ({ service, route, address, input }) => {
  let handler: RestHandler;
  beforeAll(async () => {
    handler = await handlerOf(service);
  });
  const send = (options?: Parameters<typeof call>[3], other: Record<string, unknown> = input) =>
    call(handler, address, other, { roles: everyRole, ...options });
  const refused = [[], ...TENANT_ROLES.map((role) => [role])].filter((roles) => !allows(roles, route.permission));

  it('has an example that its schema accepts', () => {
    expect(route.input.safeParse(input)).toMatchObject({ success: true });
  });

  if (isPublic(route.permission)) {
    it('answers without a token', async () => {
      expect(await send({ authorized: false })).toMatchObject({ status: 200 });
    });
  } else {
    it.each(refused.map((roles) => ({ roles })))('refuses the roles $roles before it reads anything', async (given) => {
      expect(await send(given)).toMatchObject({ status: 403, body: { code: 'caller.forbidden' } });
      expect(aws.calls()).toEqual([]);
    });

    it('refuses everybody when no authorizer was asked', async () => {
      expect((await send({ authorized: false })).status).toBeGreaterThanOrEqual(400);
      expect(aws.calls()).toEqual([]);
    });
  }

  it('refuses an unknown field, names it, and reads nothing', async () => {
    const reply = await send({}, { ...input, surprise: 'x' });
    expect(reply).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(JSON.stringify(reply.body['issues'])).toContain('surprise');
    expect(aws.calls()).toEqual([]);
  });

  it('refuses a body that names what the path names', async () => {
    const named: readonly string[] = address.path.match(/(?<=\{)\w+(?=\})/g) ?? [];
    const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !named.includes(name)));
    for (const name of named) {
      // A valid one: only who gives it is wrong.
      const body = JSON.stringify({ ...rest, [name]: String(input[name]).replace('AZqY', 'BZqY') });
      expect(await send({ body })).toMatchObject({ status: 400, body: { issues: [{ path: name }] } });
    }
    expect(aws.calls()).toEqual([]);
  });

  const BAD = [
    ['a body over 256 KB', { body: JSON.stringify({ text: 'x'.repeat(MAX_BODY_BYTES) }) }, 413, 'request.too_large'],
    ['bad JSON', { body: '{"type": "group"' }, 400, 'request.malformed'],
    ['JSON that is not an object', { body: '[1]' }, 400, 'request.malformed'],
    [
      'bad UTF-8',
      { body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64'), isBase64Encoded: true },
      400,
      'request.malformed',
    ],
    [
      'another content type',
      { body: 'a=1', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
      415,
      'request.unsupported_media_type',
    ],
    ['a query field given twice', { query: { limit: ['1', '2'] } }, 400, 'request.invalid'],
  ] as const;

  it.each(BAD)('refuses %s and reads nothing', async (_, options, status, code) => {
    expect(await send(options)).toMatchObject({ status, body: { code, status } });
    expect(aws.calls()).toEqual([]);
  });

  it('answers what it declares', async () => {
    answerFrom(aws.documents, itemsOf('acme'));
    const reply = await send();
    expect(reply).toMatchObject({ status: expect.toBeOneOf([200, route.status]) });
    expect(route.output.safeParse(reply.body)).toMatchObject({ success: true });
  });

  it('names only keys of the caller’s tenant, whether it finds anything or not', async () => {
    const reads = route.uses.some((use) => use.startsWith('table:') && use !== 'table:describe');
    for (const items of [[], itemsOf('globex')]) {
      aws.reset();
      answerFrom(aws.documents, items);
      // A token is good in the tenant that it names.
      await send({ tenantId: 'globex' }, 'token' in input ? { ...input, token: linkTokenIn('globex') } : input);
      const requests = aws.documents.calls().map((made) => made.args[0].input);
      const keys = requests.flatMap((request) => keysOf(request));
      if (reads) expect(keys.length).toBeGreaterThan(0);
      // What jobs start from is nobody’s: it names tenants and says nothing of them (ADR 0010, 0012, 0029).
      const owned = keys.filter(
        ({ key }) => !/^S#((DUE|MEDIA)#\d|RETENTION|PURGES|TENANTS|REINDEXES|SEARCH)$/.test(key),
      );
      expect(owned.filter(({ key }) => !key.startsWith('T#globex#'))).toEqual([]);
      for (const request of requests) expect(keysOf(request).length, JSON.stringify(request)).toBeGreaterThan(0);
    }
  });
});
