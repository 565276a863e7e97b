import type { listWebhooks as list } from '#contract/webhooks.ts';
import type { Handle } from '#runtime/service.ts';
import { listWebhooks, toWebhook } from '#table/webhook.ts';

export const handleListWebhooks: Handle<typeof list> = async (_, { caller, at }) => ({
  body: { items: (await listWebhooks(caller.tenant)).map((stored) => toWebhook(stored, at)), nextCursor: null },
});
