import type { PublishedEvent } from '#contract/published-events.ts';
import { TEST_TYPE } from '#contract/webhooks.ts';
import { identityOf } from '#domain/webhook.ts';
import type { TestTask } from '#domain/webhook-work.ts';
import { digestOf } from '#table/digest.ts';
import { scope, type TenantKey, tenantIdOf } from '#table/entity.ts';
import { enter, type JournaledEvent, positionAt } from '#table/webhook-journal.ts';

/** The body that a webhook is told, as Standard Webhooks has it, with the place from which a replay goes on. */
const payloadOf = (type: string, timestamp: string, cursor: string, data: object): string =>
  JSON.stringify({ type, timestamp, cursor, data });

async function enterAs(
  tenant: TenantKey,
  eventId: string,
  { type, timestamp, data }: { readonly type: string; readonly timestamp: string; readonly data: object },
  at: number,
): Promise<JournaledEvent> {
  const position = positionAt(at, eventId);
  const event = { position, eventId, type, payload: payloadOf(type, timestamp, position, data) };
  await enter(tenant, event);
  return event;
}

/** The id of an event: the same for every repetition of it, whichever way it comes. */
export const eventIdOf = (event: PublishedEvent): string =>
  `evt_${digestOf([event.detail.tenant, ...identityOf(event)])}`;

/** Enters something that happened into its tenant's journal, at `at` (ms). */
export const enterEvent = (event: PublishedEvent, at: number): Promise<JournaledEvent> => {
  const { type, detail } = event;
  return enterAs(scope(detail.tenant), eventIdOf(event), { type, timestamp: detail.at, data: detail }, at);
};

/** Enters what a webhook is tried out with. Nobody subscribes to it, so that no replay tells it. */
export const enterTest = (tenant: TenantKey, { webhookId, eventId, at }: TestTask): Promise<JournaledEvent> => {
  const timestamp = new Date(at).toISOString();
  return enterAs(tenant, eventId, { type: TEST_TYPE, timestamp, data: { tenant: tenantIdOf(tenant), webhookId } }, at);
};
