import { scope } from '#table/entity.ts';
import { TABLE } from '#table/schema.ts';
import { Order } from './checks/order.ts';
import { Pushes } from './checks/pushes.ts';
import { Writes } from './checks/writes.ts';
import { Dynamo } from './cloud/dynamo.ts';
import { Faults } from './cloud/faults.ts';
import { Functions } from './cloud/functions.ts';
import { Network } from './cloud/network.ts';
import { Queue } from './cloud/queue.ts';
import { Rest } from './cloud/rest.ts';
import { type Setting, STALEST } from './cloud/setting.ts';
import { FAN_OUT_HANDLER, Sockets } from './cloud/sockets.ts';
import { Uploads } from './cloud/uploads.ts';
import { Chance } from './engine/chance.ts';
import { Clock } from './engine/clock.ts';
import { History, Violation } from './history.ts';
import { Table } from './table/table.ts';

/** When every world begins: the same time, whenever it is run. */
const BEGIN = Date.UTC(2027, 0, 4, 9);

/** Milliseconds within which everything ends when nothing goes wrong, clocks an hour off included; and days of being away as well. */
const [LONG, LONGEST] = [4 * 3_600_000, 14 * 86_400_000];

/** Milliseconds within which those who wait for long are back when it is over. */
const BACK = 60_000;

/** One world: an account of AWS with our functions in it, its weather, and what was promised to the people there. */
export class World implements Setting {
  readonly seed: number;
  readonly tenantId: string;
  readonly chance: Chance;
  readonly clock = new Clock(BEGIN);
  readonly faults: Faults;
  readonly history = new History();
  readonly table: Table;
  readonly functions: Functions;
  readonly queue: Queue;
  readonly sockets: Sockets;
  readonly network: Network;
  readonly rest: Rest;
  readonly uploads: Uploads;
  /** Conversations, and who is thought to be in them. */
  readonly conversations: string[] = [];
  /** Those who wait for long, to be woken when it is over. */
  readonly #away = new Set<() => void>();
  /** Nobody waits long any more. */
  #hurries = false;
  steps = 0;
  trace = 0x811c9dc5;
  violation: Violation | undefined;
  /** Set to see the trace. */
  listen: ((line: string) => void) | undefined;

  constructor(seed: number) {
    this.seed = seed;
    this.tenantId = `t${seed}`;
    this.chance = new Chance(seed);
    this.faults = new Faults(this.chance);
    const writes = new Writes(scope(this.tenantId), (violation) => this.violate(violation));
    this.table = new Table(
      { ...TABLE, index: TABLE.byUser },
      {
        now: () => this.clock.now,
        staleness: () => (this.faults.strike('stale read') ? this.chance.real() * STALEST : 0),
        memory: STALEST,
        wrote: writes.wrote,
      },
    );
    this.functions = new Functions(this);
    this.sockets = new Sockets(this, this.functions);
    const order = new Order((violation) => this.violate(violation));
    this.queue = new Queue(this, this.functions, FAN_OUT_HANDLER, order);
    const dynamo = new Dynamo(this, this.table);
    this.network = new Network(this, {
      dynamodb: dynamo.handle,
      sqs: this.queue.handle,
      'execute-api': this.sockets.handle,
    });
    this.uploads = new Uploads(this, this.functions);
    const pushes = new Pushes(this);
    this.rest = new Rest(this, this.functions, this.tenantId, pushes.began);
  }

  readonly step = (kind: string, what: string): void => {
    this.steps++;
    let { trace } = this;
    const line = `${this.clock.now} ${kind} ${what}`;
    for (let at = 0; at < line.length; at++) trace = Math.imul(trace ^ line.charCodeAt(at), 0x01000193);
    this.trace = trace >>> 0;
    this.listen?.(line);
  };

  /** Waits long, seconds to days: in most worlds no longer than things go wrong, so that not all of them last for weeks. */
  away(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const back = (): void => {
        this.#away.delete(back);
        resolve();
      };
      this.#away.add(back);
      this.clock.after(this.#hurries ? Math.min(ms, BACK) : ms, back);
    });
  }

  /** From now on nothing goes wrong; answers within how many milliseconds whatever was begun ends. */
  calmDown(): number {
    this.faults.calm = true;
    if (this.chance.is(0.05)) return LONGEST;
    this.#hurries = true;
    for (const back of this.#away) this.clock.after(this.chance.between(0, BACK), back);
    return LONG;
  }

  /** Says that an invariant is broken; the first is what counts. */
  violate(violation: Violation): void {
    this.violation ??= violation;
    this.listen?.(`VIOLATION ${violation.message}`);
  }

  /** What shipped code logs as an error is one, unless a fault explains it. */
  readonly complain = (event: string, error: unknown): void => {
    this.step('complaint', `${event} ${error instanceof Error ? `${error.name} ${error.message}` : ''}`);
    if (error instanceof Error && !EXPLAINED.has(error.name) && !EXPLAINED_TEXT.test(error.message))
      this.violate(new Violation('no code fails by itself', `${event}: ${error.stack ?? error.message}`));
  };
}

/** Names of errors that a fault of the network or of a service ends in. */
const EXPLAINED: ReadonlySet<string> = new Set([
  'NoAnswer',
  'InternalServerError',
  'ProvisionedThroughputExceededException',
  'TransactionConflictException',
  'TransactionCanceledException',
  'NotAnnounced',
  'UnknownError',
]);

/** How code of ours says that a service kept refusing. */
const EXPLAINED_TEXT = /^@connections answered (429|500) |keys unprocessed after|^SQS refused /;
