import type { updateWebhook } from '#contract/webhooks.ts';
import { auditOf } from '#runtime/audit.ts';
import type { Handle } from '#runtime/service.ts';
import { replaceWebhook, type StoredWebhook, toWebhook } from '#table/webhook.ts';
import { checkUrl, conflict, oneWebhook, webhookToChange } from './one-webhook.ts';

const audited = ({ url, events, disabled }: StoredWebhook) => ({
  host: new URL(url).host,
  events,
  enabled: disabled === undefined,
});

/** Changes a webhook. Enabling one forgets how it fared before. */
export const handleUpdateWebhook: Handle<typeof updateWebhook> = async (
  { webhookId, version, url, events, description, enabled },
  request,
) => {
  const { caller, at } = request;
  if (url !== undefined) checkUrl(url);
  const before = await webhookToChange(request, webhookId, version);
  const { disabled, failingSince, ...rest } = before;
  const health =
    enabled === true
      ? {}
      : enabled === false
        ? { disabled: disabled ?? ('admin' as const) }
        : { ...(disabled ? { disabled } : {}), ...(failingSince === undefined ? {} : { failingSince }) };
  const after: StoredWebhook = {
    ...rest,
    ...health,
    ...(url === undefined ? {} : { url }),
    ...(events === undefined ? {} : { events }),
    ...(description === undefined ? {} : { description }),
    version: before.version + 1,
  };
  const audit = auditOf(request, {
    action: 'webhook.updated',
    target: { kind: 'webhook', id: webhookId },
    before: audited(before),
    after: audited(after),
  });
  if (!(await replaceWebhook(caller.tenant, before.version, after, audit)))
    throw conflict(await oneWebhook(request, webhookId), at);
  return { body: toWebhook(after, at) };
};
