import type { deleteWebhook } from '#contract/webhooks.ts';
import { Refusal } from '#domain/refusal.ts';
import { auditOf } from '#runtime/audit.ts';
import type { Handle } from '#runtime/service.ts';
import { removeWebhook } from '#table/webhook.ts';
import { oneWebhook } from './one-webhook.ts';

export const handleDeleteWebhook: Handle<typeof deleteWebhook> = async ({ webhookId }, request) => {
  const { url, events } = await oneWebhook(request, webhookId);
  const audit = auditOf(request, {
    action: 'webhook.deleted',
    target: { kind: 'webhook', id: webhookId },
    before: { host: new URL(url).host, events },
  });
  if (!(await removeWebhook(request.caller.tenant, webhookId, audit))) throw new Refusal('webhook.not_found');
  return { body: { id: webhookId } };
};
