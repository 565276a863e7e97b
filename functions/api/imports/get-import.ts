import type { getImport } from '#contract/imports.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { findImport } from '#table/import.ts';
import { toImportState } from './import-state.ts';

/** Answers where an import stands. Raises `import.not_found`. */
export const handleGetImport: Handle<typeof getImport> = async ({ importId }, { caller }) => {
  const found = await findImport(caller.tenant, importId);
  if (!found) throw new Refusal('import.not_found');
  return { body: toImportState(importId, found) };
};
