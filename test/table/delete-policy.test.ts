import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { DEFAULT_RULES, type TenantRules } from '#contract/tenant.ts';
import { handler } from '#functions/api/messages/messages.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { findSettings, storeSettings } from '#table/tenant-settings.ts';
import { call } from '#test/support/call.ts';
import { aGroup, someClientId } from '#test/support/conversations.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const { editMessage, deleteMessage, restoreMessage } = api.messages;
let tenants = 0;
let tenantId: string;
let conversationId: string;

/** The tenant's policy, and a message of bob's that is so many minutes old. */
async function given(changing: Partial<TenantRules['changing']>, minutes = 0): Promise<string> {
  const tenant = scope(tenantId);
  const { rules, version } = await findSettings(tenant);
  const after = { ...rules, changing: { ...DEFAULT_RULES.changing, ...changing } };
  await storeSettings(tenant, { version, before: rules, after, by: 'ada', at: 1 });
  const log = logOf(tenant, conversationId);
  const clientId = someClientId();
  const at = Date.now() - minutes * 60_000;
  const taken = await log.take({ key: clientId.slice(0, 12), at }, { floorBelow: at });
  if (!taken.ok) throw new Error('no number');
  await log.put(taken.seq, { u: 'bob', c: clientId, h: 'h', b: { type: 'text', text: 'x' }, a: at, v: 1 });
  return `msg_${conversationId.slice(4)}_${taken.seq}`;
}
const as = (userId: string) => ({ tenantId, userId });
const edit = (messageId: string) =>
  call(handler, editMessage, { messageId, version: 1, body: { type: 'text', text: 'y' } }, as('bob'));
const remove = (messageId: string, userId = 'bob') => call(handler, deleteMessage, { messageId }, as(userId));

beforeEach(async () => {
  tenantId = `policy-${tenants++}`;
  conversationId = await aGroup(scope(tenantId), ['ada', 'bob']);
});

describe('the tenant’s policy', () => {
  it('ends the time to edit, and says how long it was', async () => {
    const over = await given({ editMinutes: 5 }, 6);
    expect(await edit(over)).toMatchObject({ status: 403, body: { code: 'message.edit_window_over', minutes: 5 } });
    expect(await edit(await given({ editMinutes: 5 }, 4))).toMatchObject({ status: 200 });
  });

  it('ends the time to delete for authors, not for those who keep order', async () => {
    const over = await given({ deleteMinutes: 5 }, 6);
    expect(await remove(over)).toMatchObject({ status: 403, body: { code: 'message.delete_window_over', minutes: 5 } });
    expect(await remove(over, 'ada')).toMatchObject({ status: 200, body: { body: { type: 'deleted' } } });
  });

  it('may keep deleting from owners and admins', async () => {
    const messageId = await given({ moderatorsDelete: false });
    expect(await remove(messageId, 'ada')).toMatchObject({ status: 403, body: { code: 'message.not_yours' } });
    expect(await remove(messageId)).toMatchObject({ status: 200 });
  });

  it('may let nothing come back', async () => {
    const messageId = await given({ restoreHours: 0 });
    await remove(messageId);
    const reply = await call(handler, restoreMessage, { messageId }, as('bob'));
    expect(reply).toMatchObject({ status: 409, body: { code: 'message.not_restorable' } });
  });
});
