import { documents, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';

/** Reasons for which a transaction is worth another try after the items have been read again. */
const PASSING = new Set([
  'None',
  'ConditionalCheckFailed',
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/**
 * Writes up to 100 items, all or none. False when a condition failed or another writer was at one of the items: read
 * again and decide anew. Raises for everything that another try cannot mend.
 */
export async function writeTogether(items: readonly TransactItem[]): Promise<boolean> {
  try {
    await documents.transactWrite(items);
    return true;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
    if (codes.length > 0 && codes.every((code) => PASSING.has(code))) return false;
    throw error;
  }
}
