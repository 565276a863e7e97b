import type { getWebhook } from '#contract/webhooks.ts';
import type { Handle } from '#runtime/service.ts';
import { toWebhook } from '#table/webhook.ts';
import { oneWebhook } from './one-webhook.ts';

export const handleGetWebhook: Handle<typeof getWebhook> = async ({ webhookId }, request) => ({
  body: toWebhook(await oneWebhook(request, webhookId), request.at),
});
