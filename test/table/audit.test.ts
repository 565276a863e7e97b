import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import type { Audit } from '#domain/audit.ts';
import { handler } from '#functions/api/moderation/moderation.lambda.ts';
import { auditOf, type Deed } from '#runtime/audit.ts';
import { audited, writeAudit } from '#table/audit.ts';
import { scope, type TenantKey } from '#table/entity.ts';
import { call } from '#test/support/call.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

/** The trail of a tenant has no end: each test has a tenant of its own. */
let tenantId: string;
let tenant: TenantKey;
beforeEach(() => {
  tenantId = `t${randomUUID().replaceAll('-', '')}`;
  tenant = scope(tenantId);
});

const entry = (at: number, deed: Partial<Deed> = {}, userId = 'ada'): Audit =>
  auditOf(
    { caller: { tenant, userId, roles: ['admin'] }, requestId: `request-${at}` },
    { action: 'report.claimed', target: { kind: 'report', id: `rep_${at}` }, ...deed },
    at,
  );
const list = (input: Record<string, unknown> = {}, of = tenantId) =>
  call(handler, api.moderation.listAudit, input, { tenantId: of, roles: ['admin'] });
const targetsIn = (body: Readonly<Record<string, unknown>>) =>
  (body['items'] as { target: { id: string } }[]).map(({ target }) => target.id);

it('is told newest first, page by page, each entry once', async () => {
  for (const at of [5, 1, 4, 2, 3]) await writeAudit(tenant, entry(at));
  const first = await list({ limit: 2 });
  const second = await list({ limit: 2, cursor: first.body['nextCursor'] });
  const third = await list({ limit: 2, cursor: second.body['nextCursor'] });
  expect([first, second, third].map(({ body }) => targetsIn(body))).toEqual([
    ['rep_5', 'rep_4'],
    ['rep_3', 'rep_2'],
    ['rep_1'],
  ]);
  expect(third.body['nextCursor']).toBeNull();
});

it('shows who did what to what, when, why, and what was before', async () => {
  const deed = {
    action: 'report.resolved',
    before: { state: 'claimed' },
    after: { state: 'resolved' },
    reason: 'Spam.',
  };
  const written = entry(7, deed as Partial<Deed>);
  await documents.transactWrite([audited(tenant, written)]);
  const { body } = await list();
  expect(body['items']).toEqual([
    {
      id: written.id,
      at: '1970-01-01T00:00:00.007Z',
      actorId: 'ada',
      ...deed,
      target: { kind: 'report', id: 'rep_7' },
      requestId: 'request-7',
    },
  ]);
});

it('is narrowed by who acted, by what was done and by what it was done to', async () => {
  await writeAudit(tenant, entry(1));
  await writeAudit(tenant, entry(2, { action: 'report.released' }, 'bob'));
  await writeAudit(tenant, entry(3, { action: 'report.released' }, 'ada'));
  expect(targetsIn((await list({ actorId: 'ada' })).body)).toEqual(['rep_3', 'rep_1']);
  expect(targetsIn((await list({ action: 'report.released' })).body)).toEqual(['rep_3', 'rep_2']);
  expect(targetsIn((await list({ action: 'report.released', actorId: 'ada' })).body)).toEqual(['rep_3']);
  expect(targetsIn((await list({ targetId: 'rep_2' })).body)).toEqual(['rep_2']);
});

it('is never written over', async () => {
  const written = entry(1);
  await writeAudit(tenant, written);
  await expect(writeAudit(tenant, { ...written, actorId: 'mallory' })).rejects.toThrow();
  await expect(documents.transactWrite([audited(tenant, { ...written, actorId: 'mallory' })])).rejects.toThrow();
  expect((await list()).body['items']).toMatchObject([{ actorId: 'ada' }]);
});

it('shows a tenant its own entries only, and takes no cursor of another list', async () => {
  for (const at of [1, 2]) await writeAudit(tenant, entry(at));
  const { body } = await list({ limit: 1 });
  expect((await list({}, 'other')).body['items']).toEqual([]);
  const foreign = await list({ limit: 1, cursor: body['nextCursor'] }, 'other');
  expect(foreign).toMatchObject({ status: 400, body: { code: 'request.cursor_invalid' } });
  const filtered = await list({ limit: 1, actorId: 'ada', cursor: body['nextCursor'] });
  expect(filtered).toMatchObject({ status: 400, body: { code: 'request.cursor_invalid' } });
});
