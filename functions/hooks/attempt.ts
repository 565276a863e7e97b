import { ENV } from '#contract/environment.ts';
import { healthAfter, pauseAfter } from '#domain/webhook.ts';
import type { AttemptTask } from '#domain/webhook-work.ts';
import { type Posted, postWebhook } from '#gateways/webhook-post.ts';
import { signatureHeaders } from '#gateways/webhook-signature.ts';
import { enqueue } from '#gateways/work-queue.ts';
import { log } from '#runtime/log.ts';
import { count } from '#runtime/metrics.ts';
import { mintClientId } from '#runtime/operation-id.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { disableWebhook, noteFailing, type StoredWebhook } from '#table/webhook.ts';
import { recordAttempt, type StoredDelivery } from '#table/webhook-delivery.ts';
import type { JournaledEvent } from '#table/webhook-journal.ts';
import { isResting, noteAnswer } from './circuit.ts';

/** One attempt to tell one webhook one event. */
export interface Attempt {
  readonly tenant: TenantKey;
  readonly webhook: StoredWebhook;
  readonly event: JournaledEvent;
  readonly chain: string;
  /** From 1. */
  readonly attempt: number;
}

/** Seconds: a chance that a redelivery is told apart from a repetition. */
const seconds = (at: number): number => Math.floor(at / 1_000);

const post = ({ webhook, event }: Attempt, at: number): Promise<Posted> => {
  const { secret, previous, url } = webhook;
  const secrets = [secret, ...(previous && previous.until > at ? [previous.secret] : [])];
  const { eventId: id, payload } = event;
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Parley-Webhooks/1',
    ...signatureHeaders(secrets, { id, timestamp: seconds(at), payload }),
  };
  return postWebhook(url, { headers, body: payload }, { loopback: process.env[ENV.webhooksLoopback] === 'true' });
};

/** Notes how the webhook fares, and disables one that nobody answers for. */
async function noteHealth({ tenant, webhook }: Attempt, posted: Posted, at: number): Promise<void> {
  const outcome = posted.ok ? 'taken' : posted.status === 410 ? 'gone' : 'refused';
  const health = healthAfter(webhook.failingSince, outcome, at);
  if (health === 'same') return;
  if (health === 'well') return noteFailing(tenant, webhook.id, undefined);
  if (health === 'failing') return noteFailing(tenant, webhook.id, at);
  const disabled = await disableWebhook(tenant, webhook.id, health.disable, {
    id: `aud_${mintClientId()}`,
    at,
    actorId: null,
    action: 'webhook.disabled',
    target: { kind: 'webhook', id: webhook.id },
    before: { enabled: true },
    after: { enabled: false, reason: health.disable },
    reason: null,
    requestId: null,
  });
  if (disabled)
    log.warn('webhook.disabled', { tenant: tenantIdOf(tenant), webhookId: webhook.id, reason: health.disable });
}

/** When (ms) it is tried again; undefined: never. */
const nextAttemptAt = ({ attempt }: Attempt, posted: Posted, at: number): number | undefined => {
  const pause = posted.ok || posted.status === 410 ? undefined : pauseAfter(attempt, Math.random());
  return pause === undefined ? undefined : at + pause * 1_000;
};

/** Has an attempt made later: a queue holds back for fifteen minutes, so a longer pause is made of several. */
export const attemptLater = (task: AttemptTask, at: number): Promise<void> =>
  enqueue('webhooksUrl', [{ body: task, delaySeconds: Math.max(0, (task.notBefore - at) / 1_000) }]);

/**
 * Tells a webhook an event, notes what came of it, and sees to the next attempt. What nobody took after a day is set aside as
 * failed. Never raises for what the host does; raises when it cannot be noted, and may be repeated then.
 */
export async function makeAttempt(made: Attempt): Promise<StoredDelivery['state']> {
  const { tenant, webhook, event, chain, attempt } = made;
  const started = Date.now();
  const resting = isResting(webhook.id, started);
  const posted = resting ? ({ ok: false, reason: 'timeout' } as const) : await post(made, started);
  const at = Date.now();
  if (!resting) noteAnswer(webhook.id, posted.status !== undefined, at);
  const nextAt = nextAttemptAt(made, posted, at);
  const state = posted.ok ? 'delivered' : nextAt === undefined ? 'failed' : 'retrying';
  const { eventId, type, position } = event;
  const recorded = await recordAttempt(
    tenant,
    { webhookId: webhook.id, position },
    {
      ...{ eventId, type, chain, state, attempts: attempt },
      ...(posted.status === undefined ? {} : { status: posted.status }),
      ...(posted.reason === undefined ? {} : { reason: posted.reason }),
      ...{ attemptedAt: at },
      ...(nextAt === undefined ? {} : { nextAt }),
    },
  );
  // Another row of attempts, or another who made the same one, sees to what follows.
  if (!recorded) return state;
  if (nextAt !== undefined)
    await attemptLater(
      {
        task: 'attempt',
        tenant: tenantIdOf(tenant),
        ...{ webhookId: webhook.id, position, chain, attempt: attempt + 1, notBefore: nextAt },
      },
      at,
    );
  count(state === 'delivered' ? 'webhooksDelivered' : state === 'failed' ? 'webhooksFailed' : 'webhooksRetried');
  await noteHealth(made, posted, at);
  return state;
}
