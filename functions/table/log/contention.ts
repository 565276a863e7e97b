import { TransactionCanceledException, TransactionConflictException } from '#aws/documents.ts';

/** Tries of one call that met a transaction on the same item. */
const TRIES = 6;

const isConflict = (error: unknown): boolean =>
  error instanceof TransactionConflictException ||
  (error instanceof TransactionCanceledException &&
    // A failed condition is an answer; only a conflict or throttling is worth another try.
    (error.CancellationReasons ?? []).every(({ Code }) => Code !== 'ConditionalCheckFailed'));

/** Whether a call was turned away, in the end, because of transactions on the same item: nothing was written. */
export const metOthers = (error: unknown): boolean =>
  isConflict(error) &&
  (!(error instanceof TransactionCanceledException) ||
    error.CancellationReasons.some(({ Code }) => Code === 'TransactionConflict'));

/**
 * Repeats a call that DynamoDB turned away because a transaction was at work on the same item; the SDK does not.
 * Backs off exponentially with full jitter. Anything else is thrown at once.
 */
export async function calmly<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === TRIES || !isConflict(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
    }
  }
}
