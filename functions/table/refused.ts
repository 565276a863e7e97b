import { documents, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';
import { Refusal } from '#domain/refusal.ts';
import { calmly, metOthers } from './log/contention.ts';

/** Numbers of the items whose conditions did not hold; none when it was carried out. Raises `service.contended`. */
export async function refusedIn(items: readonly TransactItem[]): Promise<readonly number[]> {
  try {
    await calmly(() => documents.transactWrite(items));
    return [];
  } catch (error) {
    if (metOthers(error)) throw new Refusal('service.contended');
    if (!(error instanceof TransactionCanceledException)) throw error;
    const refused = error.CancellationReasons.flatMap(({ Code }, index) =>
      Code === 'ConditionalCheckFailed' ? [index] : [],
    );
    if (refused.length === 0) throw error;
    return refused;
  }
}
