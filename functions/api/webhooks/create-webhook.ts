import type { createWebhook as create } from '#contract/webhooks.ts';
import { Refusal } from '#domain/refusal.ts';
import { mintWebhookSecret } from '#gateways/webhook-signature.ts';
import { auditOf } from '#runtime/audit.ts';
import { mintClientId } from '#runtime/operation-id.ts';
import type { Handle } from '#runtime/service.ts';
import { digestOf } from '#table/digest.ts';
import { createWebhook, findWebhook, type StoredWebhook, toWebhook } from '#table/webhook.ts';
import { checkUrl } from './one-webhook.ts';

const shown = (stored: StoredWebhook, at: number) => ({ ...toWebhook(stored, at), secret: stored.secret });

/** Makes a webhook. The same Idempotency-Key makes it once, and is answered the same as long as nobody has changed it. */
export const handleCreateWebhook: Handle<typeof create> = async (asked, request) => {
  const { caller, at, idempotencyKey } = request;
  const { url, events, description } = asked;
  checkUrl(url);
  const hash = digestOf(asked);
  const id = `whk_${idempotencyKey === undefined ? mintClientId() : digestOf([caller.userId, idempotencyKey])}`;
  const made: StoredWebhook = {
    ...{ id, url, events, hash, description: description ?? null },
    ...{ secret: mintWebhookSecret(), version: 1, createdAt: at, createdBy: caller.userId },
  };
  const before = idempotencyKey === undefined ? undefined : await findWebhook(caller.tenant, id);
  const audit = auditOf(request, {
    action: 'webhook.created',
    target: { kind: 'webhook', id },
    after: { host: new URL(url).host, events },
  });
  if (!before && (await createWebhook(caller.tenant, made, audit))) return { body: shown(made, at) };
  const known = before ?? (await findWebhook(caller.tenant, id));
  if (!known) throw new Refusal('service.contended');
  if (known.hash !== hash || known.version !== 1) throw new Refusal('webhook.idempotency_conflict');
  return { body: shown(known, at), replayed: true };
};
