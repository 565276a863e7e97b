import { JOURNAL_DAYS, type replayWebhook } from '#contract/webhooks.ts';
import { replayStart } from '#domain/webhook.ts';
import type { ReplayTask } from '#domain/webhook-work.ts';
import { enqueue } from '#gateways/work-queue.ts';
import { mintClientId } from '#runtime/operation-id.ts';
import type { Handle } from '#runtime/service.ts';
import { digits, tenantIdOf } from '#table/entity.ts';
import { enteredAt } from '#table/webhook-journal.ts';
import { enabledWebhook } from './one-webhook.ts';

const DAY_MS = 86_400_000;

/** Has a webhook told everything again from a place on. It is told page by page, by the function that tells everything. */
export const handleReplayWebhook: Handle<typeof replayWebhook> = async (
  { webhookId, after, since, until },
  request,
) => {
  const { caller, at } = request;
  await enabledWebhook(request, webhookId);
  const wanted = after === undefined ? Date.parse(since ?? '') : replayStart(enteredAt(after));
  const from = Math.max(wanted, at - JOURNAL_DAYS * DAY_MS);
  const to = Math.min(until === undefined ? at : Date.parse(until), at);
  const task: ReplayTask = {
    ...{ task: 'replay', tenant: tenantIdOf(caller.tenant), webhookId },
    ...{ chain: `replay-${mintClientId()}`, after: digits(from), until: to },
  };
  await enqueue('webhooksUrl', [{ body: task }]);
  return { body: { from: new Date(from).toISOString(), until: new Date(to).toISOString() } };
};
