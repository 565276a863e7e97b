import { expect } from 'vitest';
import {
  ConditionalCheckFailedException,
  documents,
  type QueryInput,
  type TransactItem,
  TransactionCanceledException,
  type UpdateInput,
} from '#aws/documents.ts';
import { AwsError } from '#aws/errors.ts';
import { tableName } from '#table/table-name.ts';
import { useBothTables } from './table-in-process.ts';

export type Task = () => Promise<unknown>;

/** What a call came to, as far as code of ours looks at it. */
const outcome = async (task: Task): Promise<unknown> => {
  try {
    return { answered: await task() };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return { failed: error.Item ?? null };
    if (error instanceof TransactionCanceledException)
      return { cancelled: error.CancellationReasons.map(({ Code, Item }) => [Code, Item ?? null]) };
    if (error instanceof AwsError) return { error: error.code };
    throw error;
  }
};

/** Both tables do the same: one call after another, each answer compared. */
export function useAlike(): (tasks: readonly Task[]) => Promise<unknown[]> {
  const { inProcess, onService } = useBothTables();
  return async (tasks) => {
    const here: unknown[] = [];
    for (const [index, task] of tasks.entries()) {
      const [there, ours] = [await onService(() => outcome(task)), await inProcess(() => outcome(task))];
      expect(ours, `call ${index}`).toEqual(there);
      here.push(ours);
    }
    return here;
  };
}

let partitions = 0;
export const freshKey = (sk = 'HEAD') => ({ pk: `T#conform#${process.pid}#${++partitions}`, sk });

export const put =
  (item: { pk: string; sk: string; [name: string]: unknown }, once = false): Task =>
  () =>
    documents.put({
      TableName: tableName(),
      Item: item,
      ...(once ? { ConditionExpression: 'attribute_not_exists(pk)' } : {}),
    });
export const get =
  (Key: { pk: string; sk: string }, ProjectionExpression?: string, names?: Record<string, string>): Task =>
  () =>
    documents.get({
      TableName: tableName(),
      Key,
      ConsistentRead: true,
      ...(ProjectionExpression ? { ProjectionExpression } : {}),
      ...(names ? { ExpressionAttributeNames: names } : {}),
    });
export const update =
  (Key: { pk: string; sk: string }, input: Omit<UpdateInput, 'TableName' | 'Key'>): Task =>
  () =>
    documents.update({ TableName: tableName(), Key, ...input });
export const query =
  (input: Omit<QueryInput, 'TableName'>): Task =>
  () =>
    documents.query({ TableName: tableName(), ConsistentRead: input.IndexName === undefined, ...input });
export const transact =
  (...items: readonly TransactItem[]): Task =>
  () =>
    documents.transactWrite(items);
