import { ENV } from '#contract/environment.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalOfUrl } from '#domain/webhook.ts';
import type { Request } from '#runtime/service.ts';
import { expectedVersion } from '#runtime/version.ts';
import { findWebhook, type StoredWebhook, toWebhook } from '#table/webhook.ts';

/** A webhook of the caller's tenant. Raises `webhook.not_found`. */
export async function oneWebhook({ caller }: Request, webhookId: string): Promise<StoredWebhook> {
  const found = await findWebhook(caller.tenant, webhookId);
  if (!found) throw new Refusal('webhook.not_found');
  return found;
}

/** One that is enabled. Raises `webhook.not_found`, `webhook.disabled`. */
export async function enabledWebhook(request: Request, webhookId: string): Promise<StoredWebhook> {
  const found = await oneWebhook(request, webhookId);
  if (found.disabled) throw new Refusal('webhook.disabled');
  return found;
}

export const conflict = (current: StoredWebhook, at: number): Refusal =>
  new Refusal('webhook.version_conflict', { current: toWebhook(current, at) });

/** A webhook in the version that the caller believes to change. Raises `webhook.not_found`, `webhook.version_conflict`. */
export async function webhookToChange(
  request: Request,
  webhookId: string,
  version: number | undefined,
): Promise<StoredWebhook> {
  const expected = expectedVersion(version, request.ifMatch);
  const found = await oneWebhook(request, webhookId);
  if (found.version !== expected) throw conflict(found, request.at);
  return found;
}

/** Raises `webhook.url_forbidden` for a URL that webhooks may not lead to. */
export function checkUrl(url: string): void {
  const reason = refusalOfUrl(url, { loopback: process.env[ENV.webhooksLoopback] === 'true' });
  if (reason) throw new Refusal('webhook.url_forbidden', { reason });
}
