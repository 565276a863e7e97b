import { randomUUID } from 'node:crypto';
import { marshall, type marshallOptions, type NativeAttributeValue, unmarshall } from '@aws-sdk/util-dynamodb';
import { AwsError } from './errors.ts';
import { callService, DYNAMODB } from './json-protocol.ts';

type Values = Record<string, NativeAttributeValue>;

/** What a condition, a key condition or an update is written with. */
interface Expressions {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Values;
}

interface Condition extends Expressions {
  readonly ConditionExpression?: string;
}

export interface GetInput extends Expressions {
  readonly TableName: string;
  readonly Key: Values;
  readonly ConsistentRead?: boolean;
  readonly ProjectionExpression?: string;
}

export interface PutInput extends Condition {
  readonly TableName: string;
  readonly Item: Values;
}

export interface UpdateInput extends Condition {
  readonly TableName: string;
  readonly Key: Values;
  readonly UpdateExpression: string;
  readonly ReturnValues?: 'ALL_NEW' | 'ALL_OLD' | 'NONE';
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD';
}

export interface DeleteInput extends Condition {
  readonly TableName: string;
  readonly Key: Values;
}

export interface QueryInput extends Expressions {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly KeyConditionExpression: string;
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
  readonly ConsistentRead?: boolean;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Values;
  readonly Select?: 'COUNT';
}

export interface QueryOutput {
  readonly Items: Values[];
  readonly Count: number;
  readonly LastEvaluatedKey: Values | undefined;
}

interface CheckInput extends Expressions {
  readonly TableName: string;
  readonly Key: Values;
  readonly ConditionExpression: string;
}

export type TransactItem =
  | { readonly Put: PutInput }
  | { readonly Update: UpdateInput }
  | { readonly Delete: DeleteInput }
  | { readonly ConditionCheck: CheckInput };

/** Why an item of a transaction did not go through. */
export interface CancellationReason {
  readonly Code?: string;
  readonly Message?: string;
  readonly Item?: Values;
}

/** The condition of a write did not hold. `Item` is what lay there, where it was asked for. */
export class ConditionalCheckFailedException extends AwsError {
  readonly Item: Values | undefined;

  constructor(error: Pick<AwsError, 'status' | 'answer'>) {
    super('ConditionalCheckFailedException', error.status, error.answer);
    this.Item = error.answer.Item ? read(error.answer.Item) : undefined;
  }
}

/** A transaction did not happen; a reason for each of its items. */
export class TransactionCanceledException extends AwsError {
  readonly CancellationReasons: readonly CancellationReason[];

  constructor(error: Pick<AwsError, 'status' | 'answer'>) {
    super('TransactionCanceledException', error.status, error.answer);
    this.CancellationReasons = (error.answer.CancellationReasons as CancellationReason[] | undefined) ?? [];
  }
}

/** Another transaction was at work on the same item. */
export class TransactionConflictException extends AwsError {
  constructor(error: Pick<AwsError, 'status' | 'answer'>) {
    super('TransactionConflictException', error.status, error.answer);
  }
}

const KNOWN = { ConditionalCheckFailedException, TransactionCanceledException, TransactionConflictException };

const options: marshallOptions = { removeUndefinedValues: true };
const written = <T extends Values | undefined>(values: T) => values && marshall(values, options);
const read = (values: unknown): Values => unmarshall(values as Parameters<typeof unmarshall>[0]);
const readAll = (items: unknown): Values[] => ((items as unknown[] | undefined) ?? []).map(read);

/** An input with its values in DynamoDB's own notation. */
const noted = (input: { readonly [name: string]: unknown }): Record<string, unknown> => {
  const { Key, Item, ExpressionAttributeValues, ExclusiveStartKey, ...rest } = input as Record<string, unknown> & {
    Key?: Values;
    Item?: Values;
    ExpressionAttributeValues?: Values;
    ExclusiveStartKey?: Values;
  };
  return {
    ...rest,
    Key: written(Key),
    Item: written(Item),
    ExpressionAttributeValues: written(ExpressionAttributeValues),
    ExclusiveStartKey: written(ExclusiveStartKey),
  };
};

const call = async (operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> => {
  try {
    return await callService(DYNAMODB, operation, input);
  } catch (error) {
    if (!(error instanceof AwsError) || !(error.code in KNOWN)) throw error;
    throw new KNOWN[error.code as keyof typeof KNOWN](error);
  }
};

/**
 * DynamoDB with plain values, as far as the table needs it. The operations and their inputs are AWS's own
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference); there is no Scan.
 */
export const documents = {
  get: async (input: GetInput): Promise<{ Item: Values | undefined }> => {
    const { Item } = await call('GetItem', noted({ ...input }));
    return { Item: Item ? read(Item) : undefined };
  },
  put: async (input: PutInput): Promise<void> => {
    await call('PutItem', noted({ ...input }));
  },
  update: async (input: UpdateInput): Promise<{ Attributes: Values | undefined }> => {
    const { Attributes } = await call('UpdateItem', noted({ ...input }));
    return { Attributes: Attributes ? read(Attributes) : undefined };
  },
  delete: async (input: DeleteInput): Promise<void> => {
    await call('DeleteItem', noted({ ...input }));
  },
  query: async (input: QueryInput): Promise<QueryOutput> => {
    const { Items, Count, LastEvaluatedKey } = await call('Query', noted({ ...input }));
    return {
      Items: readAll(Items),
      Count: Number(Count ?? 0),
      LastEvaluatedKey: LastEvaluatedKey ? read(LastEvaluatedKey) : undefined,
    };
  },
  /** Up to 100 keys of one table; `unprocessed` are those that DynamoDB did not get to. */
  batchGet: async (
    TableName: string,
    Keys: readonly Values[],
    ConsistentRead: boolean,
  ): Promise<{ items: Values[]; unprocessed: Values[] }> => {
    const { Responses, UnprocessedKeys } = await call('BatchGetItem', {
      RequestItems: { [TableName]: { Keys: Keys.map(written), ConsistentRead } },
    });
    const open = (UnprocessedKeys as Record<string, { Keys?: unknown[] }> | undefined)?.[TableName];
    return {
      items: readAll((Responses as Record<string, unknown> | undefined)?.[TableName]),
      unprocessed: readAll(open?.Keys),
    };
  },
  transactWrite: async (TransactItems: readonly TransactItem[]): Promise<void> => {
    await call('TransactWriteItems', {
      // The same for every attempt of this call: one that was carried out is not carried out again.
      ClientRequestToken: randomUUID(),
      TransactItems: TransactItems.map((item) =>
        Object.fromEntries(
          Object.entries(item).map(([kind, input]) => [kind, noted(input as Record<string, unknown>)]),
        ),
      ),
    });
  },
};

/** Every page of a query, one after another. */
export async function* pagesOf(input: QueryInput): AsyncGenerator<Values[]> {
  let from: Values | undefined;
  do {
    const page = await documents.query(from ? { ...input, ExclusiveStartKey: from } : input);
    yield page.Items;
    from = page.LastEvaluatedKey;
  } while (from);
}
