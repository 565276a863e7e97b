import { type Asked, TableError } from './asked.ts';
import { BadExpression } from './syntax.ts';
import type { Table } from './table.ts';

/** An answer of DynamoDB's JSON protocol. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const errorAnswer = (status: number, type: string, message: string, more: object = {}): Answer => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message, ...more },
});

/** An error that the service answers with by itself, without having looked at the table. */
export const refusal = (status: number, type: string, more: object = {}): Answer =>
  errorAnswer(status, type, 'refused', more);

const perform = (table: Table, operation: string, input: Asked & Record<string, unknown>): object => {
  switch (operation) {
    case 'GetItem':
      return table.get(input);
    case 'PutItem':
      return table.put(input);
    case 'UpdateItem':
      return table.update(input);
    case 'DeleteItem':
      return table.delete(input);
    case 'Query':
      return table.query(input);
    case 'BatchGetItem':
      return table.batchGet(input['RequestItems'] as Parameters<Table['batchGet']>[0]);
    case 'TransactWriteItems':
      return table.transactWrite(input['TransactItems'] as Parameters<Table['transactWrite']>[0]);
    default:
      throw new TableError('UnknownOperationException', operation);
  }
};

/** What DynamoDB would answer to an operation. A transaction that was carried out is not carried out again under its token. */
export function answer(table: Table, operation: string, input: Record<string, unknown>, done: Set<string>): Answer {
  const token = input['ClientRequestToken'] as string | undefined;
  if (token !== undefined && done.has(token)) return { status: 200, body: {} };
  try {
    const body = perform(table, operation, input as Asked & Record<string, unknown>);
    if (token !== undefined) done.add(token);
    return { status: 200, body: body as Record<string, unknown> };
  } catch (error) {
    if (error instanceof TableError) return errorAnswer(400, error.type, error.message, error.more);
    if (error instanceof BadExpression) return errorAnswer(400, 'ValidationException', error.message);
    throw error;
  }
}
