import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { SignedRequest } from '#aws/signed-fetch.ts';
import { FAN_OUT } from '#contract/entries.ts';
import type { Order } from '../checks/order.ts';
import type { Functions } from './functions.ts';
import type { Reply } from './network.ts';
import type { Setting } from './setting.ts';

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
}

interface Waiting {
  readonly id: string;
  readonly body: string;
  receives: number;
}

/** Milliseconds for which a message that was handed out is hidden, as the stack sets it. */
const HIDDEN = 6 * FAN_OUT.timeoutSeconds * 1_000;
/** Times a message is handed out before it is set aside (`maxReceiveCount`), and most of one batch. */
const [MOST_RECEIVES, BATCH] = [5, 10];

/** The FIFO queue and the fan-out function behind it. A group's messages go in order, one batch at a time. */
export class Queue {
  readonly #setting: Setting;
  readonly #functions: Functions;
  readonly #handler: (event: SQSEvent) => Promise<SQSBatchResponse>;
  readonly #order: Order;
  readonly #groups = new Map<string, Waiting[]>();
  /** Until when each group is hidden. */
  readonly #hidden = new Map<string, number>();
  readonly #known = new Set<string>();
  #polling = false;
  #ids = 0;
  /** Bodies that nobody will hear of any more. */
  readonly dead: string[] = [];

  constructor(
    setting: Setting,
    functions: Functions,
    handler: (event: SQSEvent) => Promise<SQSBatchResponse>,
    order: Order,
  ) {
    this.#order = order;
    this.#setting = setting;
    this.#functions = functions;
    this.#handler = handler;
  }

  /** Bodies that wait, or are being worked on. */
  *waiting(): Generator<string> {
    for (const group of this.#groups.values()) for (const { body } of group) yield body;
  }

  readonly handle = ({ headers, body }: SignedRequest): Reply => {
    const operation = headers?.['x-amz-target']?.split('.')[1];
    if (operation === 'ChangeMessageVisibility') return this.#hide(String(body));
    if (operation !== 'SendMessageBatch') throw new Error(`the queue knows no ${operation}`);
    const { Entries } = JSON.parse(String(body)) as { Entries: Entry[] };
    const { faults, step } = this.#setting;
    const Failed: { Id: string; Code: string }[] = [];
    for (const entry of Entries) {
      if (faults.strike('queue entry refused')) {
        Failed.push({ Id: entry.Id, Code: 'InternalError' });
        continue;
      }
      step('queue takes', entry.MessageGroupId);
      if (this.#known.has(entry.MessageDeduplicationId)) continue;
      this.#known.add(entry.MessageDeduplicationId);
      const group = this.#groups.get(entry.MessageGroupId) ?? [];
      const id = `message-${this.#ids++}`;
      group.push({ id, body: entry.MessageBody, receives: 0 });
      this.#order.took(id, entry.MessageBody);
      this.#groups.set(entry.MessageGroupId, group);
    }
    this.#poll(20);
    if (faults.strike('queue 500, though taken')) return { status: 500, text: '{}' };
    return { status: 200, text: JSON.stringify({ Successful: [], Failed }) };
  };

  /** A message's receipt handle names its group here: a group is hidden as a whole. */
  #hide(body: string): Reply {
    const { ReceiptHandle, VisibilityTimeout } = JSON.parse(body) as {
      ReceiptHandle: string;
      VisibilityTimeout: number;
    };
    const { clock, step } = this.#setting;
    step('queue hides', ReceiptHandle);
    this.#hidden.set(ReceiptHandle, clock.now + VisibilityTimeout * 1_000);
    clock.after(VisibilityTimeout * 1_000, () => this.#poll(1));
    return { status: 200, text: '{}' };
  }

  #poll(ms: number): void {
    if (this.#polling) return;
    this.#polling = true;
    this.#setting.clock.after(ms, () => {
      this.#polling = false;
      this.#handOut();
    });
  }

  /** The groups nobody works on, handed out in batches. */
  #handOut(): void {
    const { clock, chance, faults } = this.#setting;
    const free = [...this.#groups].filter(([name]) => (this.#hidden.get(name) ?? 0) <= clock.now);
    if (faults.strike('queue batches shuffled')) free.sort(() => chance.real() - 0.5);
    let batch: [group: string, Waiting][] = [];
    for (const [name, messages] of free) {
      // A message handed out too often is set aside, and the group goes on without it.
      while (messages[0] && messages[0].receives >= MOST_RECEIVES) {
        const { id, body } = messages.shift()!;
        this.dead.push(body);
        this.#order.ended(id);
      }
      if (messages.length === 0) {
        this.#groups.delete(name);
        continue;
      }
      const taken = messages.slice(0, Math.min(BATCH - batch.length, messages.length));
      batch.push(...taken.map((message): [string, Waiting] => [name, message]));
      if (batch.length === BATCH) {
        this.#work(batch);
        batch = [];
      }
    }
    if (batch.length > 0) this.#work(batch);
  }

  #work(batch: readonly [group: string, Waiting][]): void {
    const { clock, chance, faults, step } = this.#setting;
    const hidden = faults.strike('queue hides too short') ? chance.between(50, 5_000) : HIDDEN;
    const until = clock.now + hidden;
    for (const [name, message] of batch) {
      message.receives++;
      this.#hidden.set(name, until);
    }
    clock.after(hidden, () => this.#poll(1));
    const ids = batch.map(([, { id }]) => id);
    step('queue gives', ids.join());
    this.#order.gives(ids);
    const Records = batch.map(([MessageGroupId, { id, body, receives }]) => ({
      messageId: id,
      receiptHandle: MessageGroupId,
      body,
      attributes: { MessageGroupId, ApproximateReceiveCount: String(receives) },
    })) as unknown as SQSRecord[];
    this.#functions
      .invoke('fan-out', FAN_OUT.timeoutSeconds, () => this.#handler({ Records }))
      .then(
        ({ batchItemFailures }) => {
          const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
          for (const [name, message] of batch) {
            if (failed.has(message.id)) continue;
            this.#order.ended(message.id);
            const left = (this.#groups.get(name) ?? []).filter((other) => other !== message);
            if (left.length > 0) this.#groups.set(name, left);
            else this.#groups.delete(name);
          }
          // Of a group that failed the rest stays hidden: that is its back-off.
          for (const [name] of batch)
            if (!batch.some(([other, { id }]) => other === name && failed.has(id))) this.#hidden.delete(name);
          this.#poll(1);
        },
        () => undefined,
      );
  }
}
