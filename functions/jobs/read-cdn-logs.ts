import { type Fetched, readCdnLog } from '#domain/cdn-log.ts';
import { scope } from '#table/entity.ts';
import { applyServed, PART } from '#table/served.ts';

/** What reading a log came to. */
export interface LogRead {
  /** Addresses in it, and parts that were applied now and not before. */
  readonly addresses: number;
  readonly parts: number;
}

/**
 * Corrects budgets and downloads by a log of the CDN, tenant by tenant and part by part. The parts of an object are always the
 * same, so that reading it again, after it was read or in the middle, applies what is missing and nothing twice.
 */
export async function applyCdnLog(object: string, text: string, at: number): Promise<LogRead> {
  const found = readCdnLog(text);
  const byTenant = Map.groupBy(found, ({ tenantId }: Fetched) => tenantId);
  let parts = 0;
  for (const [tenantId, fetched] of byTenant)
    for (let part = 0; part * PART < fetched.length; part++) {
      const some = fetched.slice(part * PART, (part + 1) * PART);
      if (await applyServed(scope(tenantId), { object, part }, some, at)) parts += 1;
    }
  return { addresses: found.length, parts };
}
