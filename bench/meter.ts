import type { BatchGetCommandInput, DynamoDBDocumentClient, QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { transport } from '#aws/transport.ts';
import type { Item, Key } from '#table/entity.ts';
import { type Index, indexUnits, readUnitsOfKeys, readUnitsOfQuery, writeUnits } from './capacity.ts';
import { sizeOfItem } from './item-size.ts';
import { plain } from './wire.ts';

/** One request to DynamoDB and what it costs. */
export interface Metered {
  /** `GetItem`, `Query`, … */
  readonly operation: string;
  /** Partition key of the first item it is about. */
  readonly partition: string;
  readonly reads: number;
  /** Write units of the table. */
  readonly writes: number;
  /** Write units of its indexes. */
  readonly indexWrites: number;
  /** Bytes of the largest item written, before or after; 0 for a read. */
  readonly largest: number;
  /** Conditions that failed are paid for like writes. */
  readonly failed: boolean;
}

type Request = Readonly<Record<string, unknown>>;
interface Write {
  readonly kind: 'Put' | 'Update' | 'Delete' | 'ConditionCheck';
  readonly key: Key;
  /** What a Put would store. */
  readonly item?: Item;
}

const keyOf = (item: Item): Key => ({ pk: String(item['pk']), sk: String(item['sk']) });
const textOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

const writeIn = (kind: Write['kind'], input: Request): Write => {
  const item = input['Item'] as Item | undefined;
  return item ? { kind, key: keyOf(item), item } : { kind, key: keyOf(input['Key'] as Item) };
};

/** What a request would write; empty for a read. */
function writesIn(operation: string, input: Request): Write[] {
  if (operation === 'TransactWriteItems')
    return (input['TransactItems'] as Partial<Record<Write['kind'], Request>>[]).map((entry) => {
      const [kind, request] = Object.entries(entry)[0] as [Write['kind'], Request];
      return writeIn(kind, request);
    });
  const kind = ({ PutItem: 'Put', UpdateItem: 'Update', DeleteItem: 'Delete' } as const)[operation];
  return kind ? [writeIn(kind, input)] : [];
}

const OPERATIONS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  BatchGet: 'BatchGetItem',
  TransactWrite: 'TransactWriteItems',
  Query: 'Query',
};

/** A command's operation, whether it is the document client's or the plain client's. */
const operationOf = (command: string): string => {
  const name = command.replace(/(Item|Items)?Command$/, '');
  const operation = OPERATIONS[name];
  if (!operation) throw new Error(`the meter does not know what ${command} costs`);
  return operation;
};

/**
 * Counts what the requests of a document client cost, from the sizes of the items before and after each. It looks at the
 * items through `probe`, a client of its own, so what it measures is not changed by being measured. Two writers at once on
 * one item may blur each other's sizes.
 */
export class Meter {
  private readonly probe: DynamoDBDocumentClient;
  private readonly indexes: readonly Index[];
  private metered: Metered[] = [];

  constructor(probe: DynamoDBDocumentClient, indexes: readonly Index[]) {
    this.probe = probe;
    this.indexes = indexes;
  }

  /** Meters what an SDK client sends. */
  watchClient(client: DynamoDBDocumentClient): this {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const operation = operationOf(String(context['commandName']));
        return this.around(operation, args.input as Request, async () => {
          const result = await next(args);
          return { result, output: result.output as Request };
        });
      },
      { step: 'initialize', name: 'meter' },
    );
    return this;
  }

  /** Meters what the functions send to DynamoDB in this process, where it leaves. */
  watchFunctions(): this {
    const send = transport.send;
    transport.send = async (url, asked) => {
      const [service, operation = ''] = (new Headers(asked.headers).get('x-amz-target') ?? '').split('.');
      if (!service?.startsWith('DynamoDB')) return send(url, asked);
      const request = plain(JSON.parse(String(asked.body))) as Request;
      return this.around(operation, request, async () => {
        const answer = await send(url, asked);
        const output = plain(JSON.parse(await answer.text())) as Request;
        return { result: answer, output, failed: answer.status >= 300 };
      });
    };
    return this;
  }

  private async around<T>(
    operation: string,
    input: Request,
    run: () => Promise<{ result: T; output: Request; failed?: boolean }>,
  ): Promise<T> {
    const writes = writesIn(operation, input);
    if (writes.length === 0) {
      const { result, output } = await run();
      this.metered.push(await this.read(operation, input, output));
      return result;
    }
    const before = await this.look(input, writes);
    let failed = true;
    try {
      const done = await run();
      failed = done.failed ?? false;
      return done.result;
    } finally {
      const after = failed ? before : await this.look(input, writes);
      this.metered.push(this.written(operation, writes, before, after, failed));
    }
  }

  /** What was metered since the last call. */
  take(): Metered[] {
    const taken = this.metered;
    this.metered = [];
    return taken;
  }

  private async look(input: Request, writes: readonly Write[]): Promise<Map<string, Item>> {
    const inTransaction = input['TransactItems'] as Record<string, Request>[] | undefined;
    const table = String(input['TableName'] ?? Object.values(inTransaction?.[0] ?? {})[0]?.['TableName']);
    const keys = writes.map(({ key }) => ({ ...key }));
    const { Responses } = await this.probe.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }),
    );
    return new Map((Responses?.[table] ?? []).map((item) => [textOf(keyOf(item)), item]));
  }

  private written(
    operation: string,
    writes: readonly Write[],
    before: ReadonlyMap<string, Item>,
    after: ReadonlyMap<string, Item>,
    failed: boolean,
  ): Metered {
    const factor = operation === 'TransactWriteItems' ? 2 : 1;
    let units = 0;
    let indexWrites = 0;
    let largest = 0;
    for (const { kind, key, item } of writes) {
      const [old, now] = [before.get(textOf(key)), after.get(textOf(key))];
      // "The amount consumed is dependent on the size of the item (whether an existing item or a new one)".
      largest = Math.max(largest, ...[old, now].map((image) => (image ? sizeOfItem(image) : 0)));
      units += factor * writeUnits(old, failed ? item : now);
      if (!failed && kind !== 'ConditionCheck')
        for (const index of this.indexes) indexWrites += indexUnits(index, old, now);
    }
    return { operation, partition: writes[0]!.key.pk, reads: 0, writes: units, indexWrites, largest, failed };
  }

  private async read(operation: string, input: Request, output: Request): Promise<Metered> {
    const consistent = input['ConsistentRead'] === true;
    const cost = (partition: string, reads: number): Metered => ({
      operation,
      partition,
      reads,
      writes: 0,
      indexWrites: 0,
      largest: 0,
      failed: false,
    });
    if (operation === 'GetItem') {
      // What a projection leaves out is read and paid for all the same.
      if (input['ProjectionExpression']) throw new Error('the meter does not know the size of a projected item');
      const item = output['Item'] as Item | undefined;
      return cost(keyOf(input['Key'] as Item).pk, readUnitsOfKeys(item ? [item] : [], item ? 0 : 1, consistent));
    }
    if (operation === 'Query') {
      const { ProjectionExpression, FilterExpression, ExpressionAttributeNames, ...rest } =
        input as unknown as QueryCommandInput;
      // DynamoDB refuses names that are not used, as those of the projection are not any more.
      const used = Object.entries(ExpressionAttributeNames ?? {}).filter(([name]) =>
        rest.KeyConditionExpression?.includes(name),
      );
      const whole = { ...rest, ...(used.length > 0 ? { ExpressionAttributeNames: Object.fromEntries(used) } : {}) };
      const cut = ProjectionExpression !== undefined || FilterExpression !== undefined;
      const { Items = [] } = cut ? await this.probe.send(new QueryCommand(whole)) : (output as { Items?: Item[] });
      const [partition] = Object.values(whole.ExpressionAttributeValues ?? {});
      return cost(String(partition), readUnitsOfQuery(Items, consistent));
    }
    const [[table, { Keys = [], ConsistentRead = false }]] = Object.entries(
      (input as unknown as BatchGetCommandInput).RequestItems!,
    ) as [[string, { Keys?: Item[]; ConsistentRead?: boolean }]];
    const items = (output['Responses'] as Record<string, Item[]> | undefined)?.[table] ?? [];
    return cost(keyOf(Keys[0]!).pk, readUnitsOfKeys(items, Keys.length - items.length, ConsistentRead));
  }
}

/** Sums of what was metered. */
export interface Usage {
  readonly calls: number;
  readonly reads: number;
  /** Write units of table and indexes. */
  readonly writes: number;
}

/** Adds up. */
export const usageOf = (metered: readonly Metered[]): Usage => ({
  calls: metered.length,
  reads: metered.reduce((sum, { reads }) => sum + reads, 0),
  writes: metered.reduce((sum, { writes, indexWrites }) => sum + writes + indexWrites, 0),
});
