import { describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as participants } from '#functions/api/participants/participants.lambda.ts';
import { handler as retention } from '#functions/api/retention/retention.lambda.ts';
import { handler as scheduled } from '#functions/api/scheduled/scheduled.lambda.ts';
import { handler as settings } from '#functions/api/settings/settings.lambda.ts';
import { listAudits } from '#table/audit.ts';
import { findPurge } from '#table/purge.ts';
import { someClientId } from '#test/support/conversations.ts';
import { aGroupOf, ask, create, done, ids, kindsNaming, purge, run, tenant, text } from '#test/support/purge-world.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

describe('purging', () => {
  it('is an owner’s, also of what is archived, who names it once more', async () => {
    const conversationId = await aGroupOf();
    await done(participants, api.participants.changeRole, { conversationId, userId: 'bob', role: 'admin' });
    for (const userId of ['bob', 'cleo'])
      expect(await purge(conversationId, userId)).toMatchObject({
        status: 403,
        body: { code: 'participant.forbidden' },
      });
    expect(await purge(conversationId, 'eve')).toMatchObject({ status: 404, body: { code: 'conversation.not_found' } });
    const another = await aGroupOf();
    expect(await purge(conversationId, 'ada', {}, another)).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', issues: [{ path: 'confirm' }] },
    });
    expect(await ids('cleo')).toContain(conversationId);
    await done(settings, api.settings.archiveConversation, { conversationId });
    expect(await purge(conversationId)).toMatchObject({ status: 202 });
  });

  it('is refused under a legal hold, of the conversation or of the tenant; one that comes later stops the removal', async () => {
    const conversationId = await aGroupOf();
    const admin = { roles: ['user', 'admin'] };
    for (const [hold, lift, input] of [
      [api.retention.holdConversation, api.retention.releaseConversation, { conversationId }],
      [api.retention.holdTenant, api.retention.releaseTenant, {}],
    ] as const) {
      await done(retention, hold, { ...input, reason: 'a case' }, 'ada', admin);
      expect(await purge(conversationId)).toMatchObject({ status: 409, body: { code: 'conversation.held' } });
      expect(await ids('ada')).toEqual([conversationId]);
      await done(retention, lift, input, 'ada', admin);
    }
    expect(await purge(conversationId)).toMatchObject({ status: 202 });
    await done(retention, api.retention.holdTenant, { reason: 'a case' }, 'ada', admin);
    expect(await run()).toMatchObject({ removed: 0, passed: 1 });
    expect(await kindsNaming(conversationId)).toContain('message');
    await done(retention, api.retention.releaseTenant, {}, 'ada', admin);
    expect(await run()).toMatchObject({ removed: 1 });
  });

  it('answers a repetition the same, before and after the removal, and happens once', async () => {
    const conversationId = await aGroupOf();
    const replies = await Promise.all([1, 2, 3].map(() => purge(conversationId)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 202]);
    const [{ body }] = [replies[0]!];
    for (const reply of replies) expect(reply.body).toEqual(body);
    await run();
    expect(await purge(conversationId)).toMatchObject({ status: 200, body });
    expect(await purge(conversationId, 'bob')).toMatchObject({ status: 404 });
    const { entries } = await listAudits(tenant(), { before: undefined, limit: 10, targetId: conversationId });
    expect(entries.map(({ action }) => action)).toEqual(['conversation.removed', 'conversation.purged']);
  });

  it('lets a pair begin anew when all is removed, not before', async () => {
    const pair = { type: 'direct', participants: ['bob'] };
    const conversationId = await create(pair);
    await done(messages, api.messages.sendMessage, { conversationId, ...text('secret') });
    const key = { headers: { 'Idempotency-Key': someClientId() } };
    expect(await purge(conversationId, 'bob', key)).toMatchObject({ status: 202 });
    expect(await ask(conversations, api.conversations.createConversation, pair)).toMatchObject({
      status: 409,
      body: { code: 'conversation.purging' },
    });
    await run();
    expect((await findPurge(tenant(), conversationId))?.endedAt).toBeDefined();
    expect(await create(pair)).toBe(conversationId);
    const history = await done(messages, api.messages.listMessages, { conversationId });
    expect(JSON.stringify(history)).not.toContain('secret');
    // A late repetition is told by its key, and does not take the new one away; another purge does.
    expect(await purge(conversationId, 'bob', key)).toMatchObject({ status: 200 });
    expect(await ids('bob')).toEqual([conversationId]);
    expect(await purge(conversationId, 'ada')).toMatchObject({ status: 202 });
    expect(await ids('bob')).toEqual([]);
    await run();
    expect(await kindsNaming(conversationId)).toEqual(['audit', 'purge']);
  });

  it('makes what was scheduled for it fail when it is due', async () => {
    const conversationId = await aGroupOf();
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const made = await done(scheduled, api.scheduled.scheduleMessage, { conversationId, sendAt, ...text('later') });
    await purge(conversationId);
    const reply = await ask(scheduled, api.scheduled.sendScheduledNow, { scheduledId: made['id'] });
    expect(JSON.stringify(reply.body)).toContain('conversation.not_found');
  });
});
