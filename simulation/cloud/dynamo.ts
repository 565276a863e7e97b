import type { SignedRequest } from '#aws/signed-fetch.ts';
import type { Asked } from '../table/asked.ts';
import { type Answer, answer, refusal } from '../table/protocol.ts';
import type { Table } from '../table/table.ts';
import type { Item } from '../table/value.ts';
import type { Reply } from './network.ts';
import type { Setting } from './setting.ts';

const WRITES: readonly string[] = ['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems'];

const conflict = (operation: string, items: number): Answer =>
  operation === 'TransactWriteItems'
    ? {
        ...refusal(400, 'TransactionCanceledException', {
          CancellationReasons: Array.from({ length: items }, (_, index) => ({
            Code: index === 0 ? 'TransactionConflict' : 'None',
          })),
        }),
      }
    : refusal(400, 'TransactionConflictException');

const keyOf = (item: Item | undefined): string => {
  const [pk, sk] = [item?.['pk'], item?.['sk']];
  return pk && sk && 'S' in pk && 'S' in sk ? `${pk.S} ${sk.S}` : '';
};

/** DynamoDB: the table in memory, and what goes wrong in front of it. */
export class Dynamo {
  readonly #setting: Setting;
  readonly #table: Table;
  readonly #done = new Set<string>();

  constructor(setting: Setting, table: Table) {
    this.#setting = setting;
    this.#table = table;
  }

  readonly handle = ({ headers, body }: SignedRequest): Reply => {
    const operation = headers?.['x-amz-target']?.split('.')[1] ?? '';
    const input = JSON.parse(String(body)) as Asked & Record<string, unknown>;
    const { status, body: found } = this.#answer(operation, input);
    this.#setting.step(operation, `${keyOf(input.Item ?? input.Key)} ${status}`);
    return { status, text: JSON.stringify(found) };
  };

  #answer(operation: string, input: Record<string, unknown>): Answer {
    const { faults } = this.#setting;
    const writes = WRITES.includes(operation);
    if (faults.strike('table throttled')) return refusal(400, 'ProvisionedThroughputExceededException');
    if (faults.strike('table 500, nothing done')) return refusal(500, 'InternalServerError');
    if (writes && faults.strike('table conflict'))
      return conflict(operation, (input['TransactItems'] as unknown[] | undefined)?.length ?? 1);
    if (operation === 'BatchGetItem' && faults.strike('keys unprocessed')) return this.#partly(input);
    const found = answer(this.#table, operation, input, this.#done);
    if (writes && found.status === 200 && faults.strike('table 500, though done'))
      return refusal(500, 'InternalServerError');
    return found;
  }

  /** A batch of which some keys are left for later. */
  #partly(input: Record<string, unknown>): Answer {
    const { chance } = this.#setting;
    const [[name, { Keys, ConsistentRead }] = ['', { Keys: [], ConsistentRead: false }]] = Object.entries(
      input['RequestItems'] as Record<string, { Keys: Item[]; ConsistentRead: boolean }>,
    );
    const cut = chance.below(Keys.length);
    const { body } = answer(
      this.#table,
      'BatchGetItem',
      { RequestItems: { [name]: { Keys: Keys.slice(0, cut), ConsistentRead } } },
      this.#done,
    );
    return { status: 200, body: { ...body, UnprocessedKeys: { [name]: { Keys: Keys.slice(cut), ConsistentRead } } } };
  }
}
