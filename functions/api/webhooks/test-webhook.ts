import type { testWebhook } from '#contract/webhooks.ts';
import type { TestTask } from '#domain/webhook-work.ts';
import { enqueue } from '#gateways/work-queue.ts';
import { mintClientId } from '#runtime/operation-id.ts';
import type { Handle } from '#runtime/service.ts';
import { tenantIdOf } from '#table/entity.ts';
import { enabledWebhook } from './one-webhook.ts';

/** The function that serves the API speaks to no host that others name: it leaves that to the one that does. */
export const handleTestWebhook: Handle<typeof testWebhook> = async ({ webhookId }, request) => {
  await enabledWebhook(request, webhookId);
  const eventId = `evt_${mintClientId()}`;
  const tenant = tenantIdOf(request.caller.tenant);
  const task: TestTask = { task: 'test', tenant, webhookId, eventId, at: request.at };
  await enqueue('webhooksUrl', [{ body: task }]);
  return { body: { eventId } };
};
