import type { getImport } from '#contract/imports.ts';
import type { Output } from '#contract/route.ts';
import type { Import } from '#table/import.ts';

/** A stored import as the API shows it. */
export const toImportState = (
  id: string,
  { conversationId, nextBatch, messages }: Import,
): Output<typeof getImport> => ({ id, conversationId, nextBatch, messages });
