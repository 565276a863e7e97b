import { type Asked, rangeIn, scopeOf, TableError, text } from './asked.ts';
import { grafted, holds, updated, valueAt } from './evaluate.ts';
import { Partition } from './storage.ts';
import { conditionIn, pathsIn, updateIn } from './syntax.ts';
import type { Item } from './value.ts';

/** The keys of a table and of its one index, and what the index shows besides them. */
export interface Shape {
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly index: {
    readonly name: string;
    readonly partitionKey: string;
    readonly sortKey: string;
    readonly projected: readonly string[];
  };
}

/** How the table differs from an ideal one: time, and how old what an eventual read sees may be (ms). */
export interface Manner {
  readonly now: () => number;
  readonly staleness: () => number;
  /** Greatest `staleness`. */
  readonly memory: number;
  /** Told of every write. */
  readonly wrote?: (partition: string, sort: string, before: Item | undefined, after: Item | undefined) => void;
}

const failed = (item: Item | undefined): TableError =>
  new TableError('ConditionalCheckFailedException', 'The conditional request failed', item ? { Item: item } : {});

/**
 * A table in memory that takes the operations of DynamoDB's protocol as far as `#aws/documents.ts` makes them. Each is one
 * atomic step. `test/table/conformance.test.ts` holds it against the emulator.
 */
export class Table {
  readonly #partitions = new Map<string, Partition>();
  readonly #index = new Map<string, Partition>();
  readonly #shape: Shape;
  readonly #manner: Manner;

  constructor(shape: Shape, manner: Manner) {
    this.#shape = shape;
    this.#manner = manner;
  }

  #partition(name: string): Partition {
    let found = this.#partitions.get(name);
    if (!found) {
      found = new Partition();
      this.#partitions.set(name, found);
    }
    return found;
  }

  #keyOf(item: Item): [partition: string, sort: string] {
    return [text(item[this.#shape.partitionKey]), text(item[this.#shape.sortKey])];
  }

  /** What lies under a key now. */
  peek(partition: string, sort: string): Item | undefined {
    return this.#partitions.get(partition)?.get(sort);
  }

  /** All that lies in a partition now, in order. */
  *all(partition: string): Generator<Item> {
    const found = this.#partitions.get(partition);
    for (const key of found?.keys({ first: undefined, last: undefined }, true, undefined) ?? []) {
      const item = found!.get(key);
      if (item) yield item;
    }
  }

  #write(key: Item, after: Item | undefined): void {
    const [partition, sort] = this.#keyOf(key);
    const { now, memory, wrote } = this.#manner;
    const at = now();
    const place = this.#partition(partition);
    const before = place.get(sort);
    place.set(sort, after, at, at - memory);
    this.#reindex(before, after, `${partition}\n${sort}`, at);
    wrote?.(partition, sort, before, after);
  }

  #reindex(before: Item | undefined, after: Item | undefined, own: string, at: number): void {
    const { index } = this.#shape;
    const entry = (item: Item | undefined): [string, string] | undefined => {
      const [partition, sort] = [item?.[index.partitionKey], item?.[index.sortKey]];
      return partition && sort ? [text(partition), `${text(sort)}\n${own}`] : undefined;
    };
    const [old, next] = [entry(before), entry(after)];
    const put = ([partition, sort]: [string, string], item: Item | undefined): void => {
      let found = this.#index.get(partition);
      if (!found) {
        found = new Partition();
        this.#index.set(partition, found);
      }
      found.set(sort, item, at, at - this.#manner.memory);
    };
    if (old && (!next || old[0] !== next[0] || old[1] !== next[1])) put(old, undefined);
    if (next) put(next, this.#projected(after!));
  }

  #projected(item: Item): Item {
    const { partitionKey, sortKey, index } = this.#shape;
    const names = [partitionKey, sortKey, index.partitionKey, index.sortKey, ...index.projected];
    return Object.fromEntries(names.flatMap((name) => (item[name] ? [[name, item[name]]] : [])));
  }

  #read(key: Item, consistent: boolean | undefined): Item | undefined {
    const [partition, sort] = this.#keyOf(key);
    const place = this.#partitions.get(partition);
    if (consistent) return place?.get(sort);
    return place?.getAt(sort, this.#manner.now() - this.#manner.staleness());
  }

  /** What a write would leave behind; raises when its condition does not hold. */
  #plan(asked: Asked): { readonly key: Item; readonly after: Item | undefined; readonly before: Item | undefined } {
    const { partitionKey, sortKey } = this.#shape;
    const whole = (asked.Item ?? asked.Key)!;
    const key: Item = { [partitionKey]: whole[partitionKey]!, [sortKey]: whole[sortKey]! };
    const before = this.peek(...this.#keyOf(key));
    const scope = scopeOf(asked);
    if (asked.ConditionExpression && !holds(conditionIn(asked.ConditionExpression), before, scope))
      throw failed(asked.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? before : undefined);
    const after =
      asked.Item ??
      (asked.UpdateExpression ? updated(updateIn(asked.UpdateExpression), before, key, scope) : undefined);
    return { key, after, before };
  }

  put(asked: Asked): object {
    const { key, after } = this.#plan(asked);
    this.#write(key, after);
    return {};
  }

  update(asked: Asked): object {
    const { key, before, after } = this.#plan(asked);
    this.#write(key, after);
    if (asked.ReturnValues === 'ALL_NEW') return { Attributes: after };
    return asked.ReturnValues === 'ALL_OLD' && before ? { Attributes: before } : {};
  }

  delete(asked: Asked): object {
    this.#write(this.#plan(asked).key, undefined);
    return {};
  }

  get(asked: Asked): object {
    const item = this.#read(asked.Key!, asked.ConsistentRead);
    return item ? { Item: this.#shown(item, asked) } : {};
  }

  #shown(item: Item, asked: Asked): Item {
    if (!asked.ProjectionExpression) return item;
    const scope = scopeOf(asked);
    let shown: Item = {};
    for (const path of pathsIn(asked.ProjectionExpression)) {
      const value = valueAt(item, path, scope);
      if (value === undefined) continue;
      const names = path.map((step) => (typeof step === 'string' ? (scope.names[step] ?? step) : String(step)));
      shown = grafted(shown, names, value);
    }
    return shown;
  }

  query(asked: Asked): object {
    const { index } = this.#shape;
    const keys = asked.IndexName ? index : this.#shape;
    const scope = scopeOf(asked);
    const condition = conditionIn(asked.KeyConditionExpression ?? '');
    const range = rangeIn(condition, scope, keys);
    const partitions = asked.IndexName ? this.#index : this.#partitions;
    const partition = partitions.get(range.partition);
    const time = asked.ConsistentRead ? undefined : this.#manner.now() - this.#manner.staleness();
    const filter = asked.FilterExpression ? conditionIn(asked.FilterExpression) : undefined;
    const found: Item[] = [];
    let seen = 0;
    let lastKey: Item | undefined;
    // In an index the key of the item follows its own: a range that ends at a key ends after all items under it.
    const last = range.last === undefined ? undefined : asked.IndexName ? `${range.last}\n\u{10FFFF}` : range.last;
    for (const key of partition?.keys(
      { first: range.first, last },
      asked.ScanIndexForward !== false,
      this.#start(asked),
    ) ?? []) {
      const item = time === undefined ? partition!.get(key) : partition!.getAt(key, time);
      if (!item) continue;
      if (!holds(condition, item, scope)) continue;
      seen++;
      if (!filter || holds(filter, item, scope)) found.push(item);
      if (seen === asked.Limit) {
        lastKey = this.#startKey(item, asked.IndexName !== undefined);
        break;
      }
    }
    return {
      Count: found.length,
      ...(asked.Select === 'COUNT' ? {} : { Items: found.map((item) => this.#shown(item, asked)) }),
      ...(lastKey ? { LastEvaluatedKey: lastKey } : {}),
    };
  }

  #start({ ExclusiveStartKey: start, IndexName }: Asked): string | undefined {
    if (!start) return undefined;
    const [partition, sort] = this.#keyOf(start);
    return IndexName ? `${text(start[this.#shape.index.sortKey])}\n${partition}\n${sort}` : sort;
  }

  #startKey(item: Item, ofIndex: boolean): Item {
    const { partitionKey, sortKey, index } = this.#shape;
    const names = ofIndex ? [partitionKey, sortKey, index.partitionKey, index.sortKey] : [partitionKey, sortKey];
    return Object.fromEntries(names.map((name) => [name, item[name]!]));
  }

  batchGet(
    requests: Readonly<Record<string, { readonly Keys: readonly Item[]; readonly ConsistentRead?: boolean }>>,
  ): object {
    const Responses = Object.fromEntries(
      Object.entries(requests).map(([name, { Keys, ConsistentRead }]) => [
        name,
        Keys.map((key) => this.#read(key, ConsistentRead)).filter((item) => item !== undefined),
      ]),
    );
    return { Responses, UnprocessedKeys: {} };
  }

  transactWrite(items: readonly Readonly<Record<string, Asked>>[]): object {
    const plans = items.map((item) => {
      const [[kind, asked] = ['', {}]] = Object.entries(item);
      try {
        return { kind, ...this.#plan(asked), reason: { Code: 'None' } };
      } catch (error) {
        if (!(error instanceof TableError)) throw error;
        const reason = { Code: 'ConditionalCheckFailed', Message: error.message, ...error.more };
        return { kind, key: undefined, reason };
      }
    });
    const keys = plans.flatMap(({ key }) => (key ? [this.#keyOf(key).join('\n')] : []));
    if (new Set(keys).size < keys.length)
      throw new TableError('ValidationException', 'Transaction request cannot include multiple operations on one item');
    if (plans.some(({ reason }) => reason.Code !== 'None'))
      throw new TableError('TransactionCanceledException', 'Transaction cancelled', {
        CancellationReasons: plans.map(({ reason }) => reason),
      });
    for (const plan of plans) if (plan.key && plan.kind !== 'ConditionCheck') this.#write(plan.key, plan.after);
    return {};
  }
}
