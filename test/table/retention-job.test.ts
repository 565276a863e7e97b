import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler } from '#functions/api/retention/retention.lambda.ts';
import { handler as settings } from '#functions/api/settings/settings.lambda.ts';
import { handler as tenantSettings } from '#functions/api/tenant/tenant.lambda.ts';
import { handler as job } from '#functions/jobs/expire.lambda.ts';
import { expireTenant } from '#functions/jobs/expire-tenant.ts';
import { listAudits } from '#table/audit.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { expiringTenants } from '#table/retention-registry.ts';
import { sayLongAgo } from '#test/support/aged-log.ts';
import { call } from '#test/support/call.ts';
import { aGroup } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const { holdConversation, releaseConversation, holdTenant, releaseTenant, listRetentionReports } = api.retention;
let tenants = 0;
let tenantId: string;
let groups: string[];
const tenant = () => scope(tenantId);
const admin = () => ({ tenantId, roles: ['user', 'admin'] });
const HOUR = 3_600_000;

/** Entry 1 of each group is of today and stays; two of three messages are old. */
const begins = async () => Promise.all(groups.map(async (id) => (await logOf(tenant(), id).head())!.firstSeq));
const reports = async () => {
  const { body } = await call(handler, listRetentionReports, {}, admin());
  return body['items'] as {
    conversations: number;
    held: number;
    dryRun: boolean;
    endedAt: string | null;
    removed: { messages: number };
  }[];
};
/** A clock that goes on by a second each time somebody looks, from some hours after now. */
const clock = (hours: number) => {
  let at = Date.now() + hours * HOUR;
  return () => (at += 1_000);
};
const run = (hours: number, seconds = 1_000_000, dryRun = false) => {
  const now = clock(hours);
  return expireTenant(tenant(), { now, until: now() + seconds * 1_000, dryRun });
};

beforeEach(async () => {
  tenantId = `job-${tenants++}`;
  groups = [];
  for (let index = 0; index < 3; index++) {
    const conversationId = await aGroup(tenant(), ['ada', 'bob']);
    groups.push(conversationId);
    await sayLongAgo(tenant(), conversationId, 0);
  }
  await call(tenantSettings, api.tenant.updateTenantSettings, { version: 1, retention: { days: 7 } }, admin());
});

describe('the job that removes what is kept no longer', () => {
  it('finds every tenant that asked for it, every conversation of it, and reports what it did', async () => {
    expect(await expiringTenants()).toContain(tenant());
    await job();
    expect(await begins()).toEqual([1, 1, 1]);
    // Eight days later all of it is old.
    expect(await run(8 * 24)).toBe('done');
    expect(await begins()).toEqual([3, 3, 3]);
    expect(await reports()).toMatchObject([
      { conversations: 3, dryRun: false, endedAt: expect.any(String), removed: { messages: 6 } },
      { conversations: 3, removed: { messages: 0 } },
    ]);
  });

  it('goes on where its time ended, in one report, and begins again a day later', async () => {
    let calls = 0;
    for (let outcome = 'more'; outcome === 'more' && calls < 20; calls++) outcome = await run(8 * 24 + calls / 2, 4);
    expect(calls).toBeGreaterThan(1);
    expect(await begins()).toEqual([3, 3, 3]);
    expect(await reports()).toMatchObject([{ conversations: 3, removed: { messages: 6 } }]);
    expect(await run(8 * 24 + calls / 2 + 1)).toBe('not_due');
    expect(await run(10 * 24)).toBe('done');
    expect(await reports()).toHaveLength(2);
  });

  it('is done by one at a time', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => run(8 * 24)));
    expect(outcomes.sort()).toEqual(['done', 'not_due', 'not_due']);
    expect(await reports()).toMatchObject([{ removed: { messages: 6 } }]);
  });

  it('removes nothing in a dry run, and says what it would', async () => {
    expect(await run(8 * 24, 1_000_000, true)).toBe('done');
    expect(await begins()).toEqual([1, 1, 1]);
    expect(await reports()).toMatchObject([{ dryRun: true, removed: { messages: 6 } }]);
  });

  it('takes a conversation’s own days, and finds its tenant by them', async () => {
    tenantId = `job-own-${tenants++}`;
    const { body } = await call(
      conversations,
      api.conversations.createConversation,
      { type: 'group', participants: ['bob'] },
      admin(),
    );
    const conversationId = String(body['id']);
    await call(settings, api.settings.updateSettings, { conversationId, version: 1, retentionDays: 3 }, admin());
    groups = [conversationId];
    expect(await expiringTenants()).toContain(tenant());
    expect(await run(2 * 24)).toBe('done');
    expect(await begins()).toEqual([1]);
    expect(await run(4 * 24)).toBe('done');
    expect(await begins()).toEqual([3]);
  });
});

describe('a legal hold', () => {
  it('stops the removal until it is lifted, is an admin’s to place, and is in the audit trail', async () => {
    const [conversationId = ''] = groups;
    const input = { conversationId, reason: 'a case' };
    expect(await call(handler, holdConversation, input, { tenantId })).toMatchObject({ status: 403 });
    const placed = await call(handler, holdConversation, input, admin());
    expect(placed).toMatchObject({ status: 200, body: { reason: 'a case', placedBy: 'ada' } });
    expect((await call(handler, holdConversation, { ...input, reason: 'x' }, admin())).body).toEqual(placed.body);
    await run(8 * 24);
    expect(await begins()).toEqual([1, 3, 3]);
    expect(await reports()).toMatchObject([{ conversations: 3, held: 1 }]);
    expect(await call(handler, releaseConversation, { conversationId }, admin())).toMatchObject({ status: 200 });
    expect(await call(handler, releaseConversation, { conversationId }, admin())).toMatchObject({
      status: 404,
      body: { code: 'hold.not_found' },
    });
    await run(10 * 24);
    expect(await begins()).toEqual([3, 3, 3]);
    const { entries } = await listAudits(tenant(), { before: undefined, limit: 10 });
    expect(entries).toMatchObject([
      { action: 'hold.lifted', target: { kind: 'conversation', id: conversationId } },
      { action: 'hold.placed', actorId: 'ada', reason: 'a case' },
    ]);
  });

  it('of the tenant stops it everywhere', async () => {
    expect(await call(handler, holdTenant, { reason: 'an audit' }, admin())).toMatchObject({ status: 200 });
    await run(8 * 24);
    expect(await begins()).toEqual([1, 1, 1]);
    expect(await reports()).toMatchObject([{ held: 3 }]);
    expect(await call(handler, releaseTenant, {}, admin())).toMatchObject({ status: 200 });
    expect(await call(handler, releaseTenant, {}, admin())).toMatchObject({ body: { code: 'hold.not_found' } });
  });

  it('is not placed on what is not there, nor on another tenant’s', async () => {
    const foreign = await aGroup(scope('elsewhere'));
    for (const conversationId of [foreign, 'cnv_AAAAAAAAAAAAAAAAAAAAAA'])
      expect(await call(handler, holdConversation, { conversationId, reason: 'x' }, admin())).toMatchObject({
        status: 404,
        body: { code: 'conversation.not_found' },
      });
  });
});
