import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach } from 'vitest';
import { webhooksApi } from '#contract/api.ts';
import { ENV } from '#contract/environment.ts';
import { EVENT_SOURCE, type PublishedEvent } from '#contract/published-events.ts';
import type { Task } from '#domain/webhook-work.ts';
import { handler as webhooks } from '#functions/api/webhooks/webhooks.lambda.ts';
import { handler as deliver } from '#functions/hooks/deliver-webhooks.lambda.ts';
import { stubService } from './aws-stub.ts';
import { call } from './call.ts';
import { lettersOf } from './hooks.ts';
import { aReceiver, type Receiver } from './receiver.ts';

/** A tenant that nothing else uses. */
export const aTenant = (): string => `t-${randomUUID().slice(0, 13)}`;

/** Calls an operation of webhooks as an admin of a tenant. */
export const ask = <N extends keyof typeof webhooksApi>(
  name: N,
  tenantId: string,
  input: Record<string, unknown> = {},
  headers: Record<string, string> = {},
) => call(webhooks, webhooksApi[name], input, { tenantId, roles: ['admin'], headers });

/** A webhook of a tenant to a URL. */
export async function aWebhook(
  tenantId: string,
  url: string,
  events: readonly string[] = ['message.created', 'notification.due'],
): Promise<{ id: string; secret: string; version: number }> {
  const { status, body } = await ask('createWebhook', tenantId, { url, events });
  if (status !== 201) throw new Error(`no webhook: ${JSON.stringify(body)}`);
  return body as never;
}

const conversationId = `cnv_${'h'.repeat(22)}`;

/** That message number `seq` was written. */
export const messageEvent = (tenant: string, seq: number): PublishedEvent => ({
  type: 'message.created',
  detail: {
    ...{ tenant, conversationId, seq, messageId: `msg_${conversationId.slice(4)}_${seq}`, senderId: 'ada' },
    ...{ kind: 'text', mentions: null, at: '2026-11-21T09:30:00.000Z' },
  },
});

/** An event as EventBridge puts it into a queue. */
export const enveloped = ({ type, detail }: PublishedEvent) => ({
  ...{ version: '0', id: randomUUID(), source: EVENT_SOURCE, account: '000000000000', region: 'us-east-1' },
  ...{ time: '2026-11-21T09:30:00Z', resources: [], 'detail-type': type, detail },
});

/**
 * Webhooks on the emulator, with receivers on this machine and a queue whose letters are handed out by the test: what was put
 * off until later is done when the test says so.
 */
export function useWebhooks() {
  process.env[ENV.webhooksUrl] = 'https://sqs.test/webhooks';
  process.env[ENV.webhooksLoopback] = 'true';
  const queue = stubService('sqs');
  const receivers: Receiver[] = [];
  beforeEach(() => queue.reset());
  afterEach(async () => {
    for (const receiver of receivers.splice(0)) await receiver.close();
  });
  const put = (): Task[] =>
    queue
      .calls()
      .flatMap(({ args }) =>
        args[0].input.Entries.map((entry: { MessageBody: string }) => JSON.parse(entry.MessageBody)),
      );
  return {
    receiver: async (): Promise<Receiver> => {
      const made = await aReceiver();
      receivers.push(made);
      return made;
    },
    /** Letters that were put into the queue and not handed out yet. */
    put,
    /** What the queue's messages said of when they are to come. */
    delays: (): number[] =>
      queue
        .calls()
        .flatMap(({ args }) => args[0].input.Entries.map((entry: { DelaySeconds?: number }) => entry.DelaySeconds)),
    happen: (...events: readonly PublishedEvent[]) => deliver(lettersOf(...events.map(enveloped))),
    letters: (...letters: readonly unknown[]) => deliver(lettersOf(...letters)),
    /** Hands out what is in the queue, as if its time had come, until nothing is left or so many times. */
    handOut: async (most = 100): Promise<void> => {
      for (let round = 0; round < most; round++) {
        const tasks = put();
        if (tasks.length === 0) return;
        queue.resetHistory();
        await deliver(lettersOf(...tasks.map((task) => (task.task === 'attempt' ? { ...task, notBefore: 0 } : task))));
      }
    },
  };
}
