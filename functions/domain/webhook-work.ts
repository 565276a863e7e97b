import * as z from 'zod';
import { EventId, Position, TenantId, WebhookId } from '#contract/ids.ts';
import { EVENT_SOURCE, PublishedEvent } from '#contract/published-events.ts';

const OfWebhook = { tenant: TenantId, webhookId: WebhookId };

/** A row of attempts at one delivery: another redelivery or replay is another row, and what is left of the one before is dropped. */
const Chain = z.string().min(1).max(64);

/** What is left to be done for one webhook. */
export const Task = z.discriminatedUnion('task', [
  z.strictObject({
    task: z.literal('attempt'),
    ...OfWebhook,
    position: Position,
    chain: Chain,
    /** Which attempt this is, from 1. */
    attempt: z.int().min(1),
    /** Not earlier (ms): longer than a queue holds back. */
    notBefore: z.number(),
  }),
  z.strictObject({
    task: z.literal('replay'),
    ...OfWebhook,
    chain: Chain,
    /** The place after which it goes on; only its order counts. */
    after: z.string(),
    /** Up to which time of entry (ms). */
    until: z.number(),
  }),
  z.strictObject({ task: z.literal('test'), ...OfWebhook, eventId: EventId, at: z.number() }),
]);
export type Task = z.output<typeof Task>;
export type AttemptTask = Extract<Task, { task: 'attempt' }>;
export type ReplayTask = Extract<Task, { task: 'replay' }>;
export type TestTask = Extract<Task, { task: 'test' }>;

/** What a rule of EventBridge puts into a queue. */
const Envelope = z
  .object({ source: z.literal(EVENT_SOURCE), 'detail-type': z.string(), detail: z.unknown() })
  .transform(({ 'detail-type': type, detail }) => ({ type, detail }))
  .pipe(PublishedEvent);

/** A letter of the queue: something that happened, or something left to be done. */
export const Letter = z.union([
  Task.transform((task) => ({ kind: 'task' as const, task })),
  Envelope.transform((event) => ({ kind: 'event' as const, event })),
]);
