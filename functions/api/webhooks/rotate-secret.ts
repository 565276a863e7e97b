import type { rotateSecret } from '#contract/webhooks.ts';
import { mintWebhookSecret } from '#gateways/webhook-signature.ts';
import { auditOf } from '#runtime/audit.ts';
import type { Handle } from '#runtime/service.ts';
import { replaceWebhook, type StoredWebhook, toWebhook } from '#table/webhook.ts';
import { conflict, oneWebhook, webhookToChange } from './one-webhook.ts';

const HOUR_MS = 3_600_000;

/** Gives a webhook a new secret. The one before signs beside it until receivers have taken the new one. */
export const handleRotateSecret: Handle<typeof rotateSecret> = async (
  { webhookId, version, overlapHours },
  request,
) => {
  const { caller, at } = request;
  const before = await webhookToChange(request, webhookId, version);
  const { previous: _, ...rest } = before;
  const until = at + overlapHours * HOUR_MS;
  const after: StoredWebhook = {
    ...rest,
    secret: mintWebhookSecret(),
    ...(overlapHours > 0 ? { previous: { secret: before.secret, until } } : {}),
    version: before.version + 1,
  };
  const audit = auditOf(request, {
    action: 'webhook.secret_rotated',
    target: { kind: 'webhook', id: webhookId },
    after: { overlapHours },
  });
  if (!(await replaceWebhook(caller.tenant, before.version, after, audit)))
    throw conflict(await oneWebhook(request, webhookId), at);
  return { body: { ...toWebhook(after, at), secret: after.secret } };
};
