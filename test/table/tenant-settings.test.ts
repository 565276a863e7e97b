import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { api } from '#contract/api.ts';
import { DEFAULT_RULES, SETTINGS_SECONDS, type TenantRules } from '#contract/tenant.ts';
import { handler } from '#functions/api/tenant/tenant.lambda.ts';
import { documents } from '#functions/aws/documents.ts';
import { scope } from '#table/entity.ts';
import { tableName } from '#table/table-name.ts';
import { findSettings, rulesOf, storeSettings, TenantSettingsEntity } from '#table/tenant-settings.ts';
import { call } from '#test/support/call.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

let tenants = 0;
const someTenant = () => `settings-${tenants++}`;
const admin = (tenantId: string, userId = 'ada') => ({ tenantId, userId, roles: ['user', 'admin'] });
const { getTenantSettings, updateTenantSettings, listTenantSettingsHistory } = api.tenant;
const Page = z.object({ items: z.array(z.any()), nextCursor: z.string().nullable() });

describe('tenant settings', () => {
  it('are the defaults until somebody changes them, and then what was changed on top of them', async () => {
    const tenantId = someTenant();
    const before = await call(handler, getTenantSettings, {}, { tenantId });
    expect(before).toMatchObject({
      status: 200,
      headers: { etag: '"1"' },
      body: { ...DEFAULT_RULES, version: 1, updatedAt: null, updatedBy: null },
    });
    const changed = await call(
      handler,
      updateTenantSettings,
      { version: 1, limits: { messagesPerMinute: 5 }, uploads: { types: ['image/png'] } },
      admin(tenantId),
    );
    expect(changed).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: {
        limits: { ...DEFAULT_RULES.limits, messagesPerMinute: 5 },
        uploads: { types: ['image/png'] },
        features: DEFAULT_RULES.features,
        version: 2,
        updatedBy: 'ada',
      },
    });
    expect((await call(handler, getTenantSettings, {}, { tenantId })).body).toEqual(changed.body);
  });

  it('are changed from the version one knows; another gets the current state', async () => {
    const tenantId = someTenant();
    await call(handler, updateTenantSettings, { version: 1, retention: { days: 30 } }, admin(tenantId));
    const stale = await call(handler, updateTenantSettings, { version: 1, retention: { days: 3 } }, admin(tenantId));
    expect(stale).toMatchObject({
      status: 409,
      body: { code: 'tenant.version_conflict', current: { version: 2, retention: { days: 30 } } },
    });
    const tagged = await call(
      handler,
      updateTenantSettings,
      { retention: { days: null } },
      { ...admin(tenantId), headers: { 'If-Match': '"2"' } },
    );
    expect(tagged).toMatchObject({ status: 200, body: { version: 3, retention: { days: null } } });
    expect(await call(handler, updateTenantSettings, { retention: { days: 3 } }, admin(tenantId))).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', issues: [{ path: 'version' }] },
    });
  });

  it.each([1, 2])('lose no change when ten admins change version %i at once', async (version) => {
    const tenantId = someTenant();
    if (version === 2)
      await call(handler, updateTenantSettings, { version: 1, retention: { days: 1 } }, admin(tenantId));
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        call(
          handler,
          updateTenantSettings,
          { version, limits: { messagesPerMinute: index + 1 } },
          admin(tenantId, `admin-${index}`),
        ),
      ),
    );
    const won = replies.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const { body } of replies.filter(({ status }) => status !== 200))
      expect(body).toMatchObject({ code: 'tenant.version_conflict', current: won[0]!.body });
    const { items } = Page.parse((await call(handler, listTenantSettingsHistory, {}, admin(tenantId))).body);
    expect(items).toHaveLength(version);
  });

  it('keep every change, who made it, and what was before, page by page', async () => {
    const tenantId = someTenant();
    for (const [index, messagesPerMinute] of [10, 20, 30].entries())
      await call(handler, updateTenantSettings, { version: index + 1, limits: { messagesPerMinute } }, admin(tenantId));
    // Nothing is different: no version, no place in the history.
    const same = await call(
      handler,
      updateTenantSettings,
      { version: 4, limits: { messagesPerMinute: 30 } },
      admin(tenantId),
    );
    expect(same).toMatchObject({ status: 200, body: { version: 4 } });
    const first = Page.parse((await call(handler, listTenantSettingsHistory, { limit: 2 }, admin(tenantId))).body);
    const second = Page.parse(
      (await call(handler, listTenantSettingsHistory, { limit: 2, cursor: first.nextCursor }, admin(tenantId))).body,
    );
    expect(second.nextCursor).toBeNull();
    const said = [...first.items, ...second.items].map(({ version, changedBy, before, after }) => [
      version,
      changedBy,
      (before as TenantRules).limits.messagesPerMinute,
      (after as TenantRules).limits.messagesPerMinute,
    ]);
    expect(said).toEqual([
      [4, 'ada', 20, 30],
      [3, 'ada', 10, 20],
      [2, 'ada', 60, 10],
    ]);
  });

  it.each([
    [{ limits: { messagesPerMinute: 0 } }, 'limits.messagesPerMinute'],
    [{ limits: { textLength: 20_001 } }, 'limits.textLength'],
    [{ limits: { surprise: 1 } }, 'limits'],
    [{ uploads: { types: ['*/png'] } }, 'uploads.types.0'],
    [{ uploads: { types: ['image/png', 'image/png'] } }, 'uploads.types'],
    [{ retention: { days: 3_651 } }, 'retention.days'],
  ])('refuse %j', async (change, path) => {
    expect(await call(handler, updateTenantSettings, { version: 1, ...change }, admin('acme'))).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', issues: [{ path }] },
    });
  });

  it('are read once in half a minute by who goes by them', async () => {
    const tenant = scope(someTenant());
    const at = Date.now();
    expect(await rulesOf(tenant, at)).toEqual(DEFAULT_RULES);
    const after = { ...DEFAULT_RULES, retention: { days: 7, maxDays: null, archiveAfterDays: null } };
    // Another function's change: this one hears of it when its memory is over.
    const stored = { rules: after, version: 2, at, by: 'ada' };
    await documents.put({ TableName: tableName(), Item: TenantSettingsEntity.toItem(tenant, undefined, stored) });
    expect(await rulesOf(tenant, at + SETTINGS_SECONDS * 1_000 - 1)).toEqual(DEFAULT_RULES);
    expect(await rulesOf(tenant, at + SETTINGS_SECONDS * 1_000)).toEqual(after);
    await storeSettings(tenant, { version: 2, before: after, after: DEFAULT_RULES, by: 'ada', at });
    expect(await rulesOf(tenant, at + SETTINGS_SECONDS * 1_000)).toEqual(DEFAULT_RULES);
  });

  it('of an older deployment still parse, with defaults for what is new', async () => {
    const tenant = scope(someTenant());
    const Item = {
      ...TenantSettingsEntity.key(tenant, undefined),
      ty: 'tenant-settings',
      version: 2,
      at: 1,
      by: 'ada',
    };
    await documents.put({ TableName: tableName(), Item: { ...Item, rules: { limits: { textLength: 5, gone: 1 } } } });
    expect((await findSettings(tenant)).rules).toEqual({
      ...DEFAULT_RULES,
      limits: { ...DEFAULT_RULES.limits, textLength: 5 },
    });
  });
});
