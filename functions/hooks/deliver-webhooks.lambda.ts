import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { PublishedEvent } from '#contract/published-events.ts';
import { inParallel } from '#delivery/parallel.ts';
import { Letter, type Task } from '#domain/webhook-work.ts';
import { enqueue } from '#gateways/work-queue.ts';
import { log } from '#runtime/log.ts';
import { countedSince } from '#runtime/metrics.ts';
import { scope, tenantIdOf } from '#table/entity.ts';
import { webhooksOf } from '#table/webhook.ts';
import { type Attempt, attemptLater, makeAttempt } from './attempt.ts';
import { enterEvent } from './journal.ts';
import { readRecord } from './record.ts';
import { attemptAgain, replaySome, tryOut } from './tasks.ts';

/** Events entered side by side; attempts at one webhook side by side; tasks side by side. */
const [ENTERED_AT_ONCE, TOLD_AT_ONCE, TASKS_AT_ONCE] = [16, 8, 16];

/**
 * Milliseconds after which no attempt, and no task, is begun any more, so that what was begun ends before the function does:
 * hosts may take five seconds each. The rest goes back into the queue.
 */
const [TELLING_MS, WORKING_MS] = [45_000, 25_000];

/** The first row of attempts at an event. */
const LIVE = 'live';

/** What is to be told of an event, once it is in its tenant's journal; nothing, and no entry, for a tenant without webhooks. */
async function attemptsFor(event: PublishedEvent): Promise<Attempt[]> {
  const tenant = scope(event.detail.tenant);
  const at = Date.now();
  const webhooks = await webhooksOf(tenant, at);
  if (webhooks.length === 0) return [];
  const entered = await enterEvent(event, at);
  return webhooks
    .filter(({ disabled, events }) => disabled === undefined && events.includes(event.type))
    .map((webhook) => ({ tenant, webhook, event: entered, chain: LIVE, attempt: 1 }));
}

const carryOut = (task: Task): Promise<void> => {
  switch (task.task) {
    case 'attempt':
      return attemptAgain(task);
    case 'replay':
      return replaySome(task);
    case 'test':
      return tryOut(task);
  }
};

/** Makes an attempt, or leaves it to another invocation. */
async function tell(attempt: Attempt, until: number): Promise<void> {
  const at = Date.now();
  if (at < until) return void (await makeAttempt(attempt));
  const { tenant, webhook, event, chain, attempt: number } = attempt;
  const { id: webhookId } = webhook;
  const { position } = event;
  const named = { tenant: tenantIdOf(tenant), webhookId, position, chain };
  await attemptLater({ task: 'attempt', ...named, attempt: number, notBefore: at }, at);
}

/** Carries a task out, or leaves it to another invocation. */
const workOn = (task: Task, until: number): Promise<void> =>
  Date.now() < until ? carryOut(task) : enqueue('webhooksUrl', [{ body: task, delaySeconds: 0 }]);

/**
 * Reads the queue of webhooks: what happened, from the event bus, and what is left to be done. Each webhook has a few
 * attempts made at a time, all webhooks side by side, so that none waits for another's host. A record of which something
 * could not be written comes again; what was told then is told once more, under the same id.
 */
export const handler = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const started = Date.now();
  const failed = new Set<string>();
  const fail = (messageId: string, error: unknown): void => {
    failed.add(messageId);
    log.error('webhooks.failed', error, { messageId });
  };
  const events: { messageId: string; event: PublishedEvent }[] = [];
  const tasks: { messageId: string; task: Task }[] = [];
  for (const record of Records) {
    const { messageId } = record;
    const letter = readRecord(Letter, record);
    if (!letter) failed.add(messageId);
    else if (letter.kind === 'event') events.push({ messageId, event: letter.event });
    else tasks.push({ messageId, task: letter.task });
  }

  const byWebhook = new Map<string, { messageId: string; attempt: Attempt }[]>();
  await inParallel(events, ENTERED_AT_ONCE, async ({ messageId, event }) => {
    try {
      for (const attempt of await attemptsFor(event)) {
        const { id } = attempt.webhook;
        byWebhook.set(id, [...(byWebhook.get(id) ?? []), { messageId, attempt }]);
      }
    } catch (error) {
      fail(messageId, error);
    }
  });
  const telling = [...byWebhook.values()].map((attempts) =>
    inParallel(attempts, TOLD_AT_ONCE, ({ messageId, attempt }) =>
      tell(attempt, started + TELLING_MS).catch((error: unknown) => fail(messageId, error)),
    ),
  );
  const working = inParallel(tasks, TASKS_AT_ONCE, ({ messageId, task }) =>
    workOn(task, started + WORKING_MS).catch((error: unknown) => fail(messageId, error)),
  );
  await Promise.all([...telling, working]);

  const batchItemFailures = [...failed].map((itemIdentifier): SQSBatchItemFailure => ({ itemIdentifier }));
  log.info(
    'webhooks',
    { records: Records.length, events: events.length, tasks: tasks.length, failed: failed.size },
    countedSince(),
  );
  return { batchItemFailures };
};
