import { inParallel } from '#delivery/parallel.ts';
import type { AttemptTask, ReplayTask, TestTask } from '#domain/webhook-work.ts';
import { enqueue } from '#gateways/work-queue.ts';
import { scope } from '#table/entity.ts';
import { findWebhook } from '#table/webhook.ts';
import { findDelivery, recordAttempt } from '#table/webhook-delivery.ts';
import { eventsAfter, findEvent } from '#table/webhook-journal.ts';
import { attemptLater, makeAttempt } from './attempt.ts';
import { enterTest } from './journal.ts';

/** Events of a replay that are told in one go, and side by side. */
const [PAGE, AT_ONCE] = [24, 8];

/** Makes an attempt that was put off, unless it is too early still, or no longer wanted. */
export async function attemptAgain(task: AttemptTask): Promise<void> {
  const at = Date.now();
  if (at < task.notBefore) return attemptLater(task, at);
  const tenant = scope(task.tenant);
  const { webhookId, position, chain, attempt } = task;
  const [webhook, delivery, event] = await Promise.all([
    findWebhook(tenant, webhookId),
    findDelivery(tenant, { webhookId, position }, at),
    findEvent(tenant, position, at),
  ]);
  if (!webhook || !event) return;
  // A first attempt begins its row; a later one goes on with the row that counts, and is made once.
  const begins = attempt === 1;
  if (begins ? delivery?.chain === chain && delivery.attempts >= 1 : delivery?.chain !== chain) return;
  if (!begins && (delivery?.attempts ?? 0) >= attempt) return;
  if (webhook.disabled) {
    const { eventId, type } = event;
    const given = { eventId, type, chain, state: 'failed' as const, attempts: attempt, reason: 'disabled' };
    await recordAttempt(tenant, { webhookId, position }, given);
    return;
  }
  await makeAttempt({ tenant, webhook, event, chain, attempt });
}

/** Tells a webhook what happened after a place, some of it now and the rest in another go. */
export async function replaySome(task: ReplayTask): Promise<void> {
  const at = Date.now();
  const tenant = scope(task.tenant);
  const { webhookId, chain, after, until } = task;
  const webhook = await findWebhook(tenant, webhookId);
  if (!webhook || webhook.disabled) return;
  const { events, last, more } = await eventsAfter(tenant, { after, until, limit: PAGE, at });
  const wanted = events.filter(({ type }) => webhook.events.includes(type));
  await inParallel(wanted, AT_ONCE, async (event) => {
    const { position } = event;
    const known = await findDelivery(tenant, { webhookId, position }, at);
    // This page was begun before, by somebody who did not come to its end.
    if (known?.chain === chain && known.attempts >= 1) return;
    await makeAttempt({ tenant, webhook, event, chain, attempt: 1 });
  });
  if (more && last !== undefined)
    await enqueue('webhooksUrl', [{ body: { ...task, after: last } satisfies ReplayTask, delaySeconds: 0 }]);
}

/** Tries a webhook out. */
export async function tryOut(task: TestTask): Promise<void> {
  const tenant = scope(task.tenant);
  const webhook = await findWebhook(tenant, task.webhookId);
  if (!webhook || webhook.disabled) return;
  const event = await enterTest(tenant, task);
  await makeAttempt({ tenant, webhook, event, chain: 'test', attempt: 1 });
}
