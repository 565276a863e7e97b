import { importsApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleGetImport } from './get-import.ts';
import { handleImportBatch } from './import-batch.ts';
import { handleStartImport } from './start-import.ts';

export const handler = service(importsApi, {
  startImport: handleStartImport,
  getImport: handleGetImport,
  importBatch: handleImportBatch,
});
