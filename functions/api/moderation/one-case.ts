import { Refusal } from '#domain/refusal.ts';
import type { Request } from '#runtime/service.ts';
import { findCase, type StoredCase, toCase } from '#table/report.ts';

/** A case that nobody has resolved. Raises `report.not_found`, `report.resolved`. */
export async function unresolved(reportId: string, { caller, at }: Request): Promise<StoredCase> {
  const { found } = await findCase(caller.tenant, reportId);
  if (!found) throw new Refusal('report.not_found');
  if (found.resolution) throw new Refusal('report.resolved', { resolution: toCase(found, at).resolution });
  return found;
}
