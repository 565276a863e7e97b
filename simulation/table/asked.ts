import { evaluate, type Scope } from './evaluate.ts';
import { BadExpression, type Condition } from './syntax.ts';
import type { Item, Value } from './value.ts';

/** What of an input every operation may have. */
export interface Asked {
  readonly Key?: Item;
  readonly Item?: Item;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
  readonly ConsistentRead?: boolean;
  readonly IndexName?: string;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Item;
  readonly Select?: string;
}

/** An answer that is an error, as DynamoDB's protocol carries it. */
export class TableError extends Error {
  readonly type: string;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(type: string, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.type = type;
    this.more = more;
  }
}

export const scopeOf = ({ ExpressionAttributeNames, ExpressionAttributeValues }: Asked): Scope => ({
  names: ExpressionAttributeNames ?? {},
  values: ExpressionAttributeValues ?? {},
});

export const text = (value: Value | undefined): string => {
  if (!value || !('S' in value)) throw new TableError('ValidationException', 'a key is missing or is no text');
  return value.S;
};

type Range = { first: string | undefined; last: string | undefined };

/** Which partition a key condition names, and between which sort keys. What the range is too wide for, the condition itself tells. */
export function rangeIn(
  condition: Condition,
  scope: Scope,
  keys: { readonly partitionKey: string; readonly sortKey: string },
): Range & { partition: string } {
  const range: Range = { first: undefined, last: undefined };
  let partition: string | undefined;
  const read = (part: Condition): void => {
    if (part.kind === 'and') {
      for (const one of part.parts) read(one);
      return;
    }
    const of = part.kind === 'compare' ? part.left : 'of' in part ? part.of : undefined;
    if (!of || !('path' in of)) throw new BadExpression('no key condition');
    const step = String(of.path[0]);
    const name = scope.names[step] ?? step;
    if (name === keys.partitionKey && part.kind === 'compare') partition = text(evaluate(part.right, {}, scope));
    else if (name !== keys.sortKey) throw new BadExpression(`${name} is no key`);
    else if (part.kind === 'between') {
      range.first = text(evaluate(part.low, {}, scope));
      range.last = text(evaluate(part.high, {}, scope));
    } else if (part.kind === 'begins') {
      range.first = text(evaluate(part.what, {}, scope));
      range.last = `${range.first}\u{10FFFF}`;
    } else if (part.kind === 'compare') {
      const bound = text(evaluate(part.right, {}, scope));
      if (part.by !== '<' && part.by !== '<=') range.first = bound;
      if (part.by !== '>' && part.by !== '>=') range.last = bound;
    }
  };
  read(condition);
  if (partition === undefined) throw new BadExpression('a query names one partition');
  return { ...range, partition };
}
