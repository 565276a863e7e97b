import type { startImport } from '#contract/imports.ts';
import { checkRoles, checkSameStart } from '#domain/import.ts';
import type { Handle } from '#runtime/service.ts';
import { createImport, findImport, hashOfConversation } from '#table/import.ts';
import { contend } from './contend.ts';
import { toImportState } from './import-state.ts';

/**
 * Starts an import, or answers where it stands. Raises `participant.role_unsupported` for a guest of a group,
 * `import.conflict` when it was started with another conversation, `service.contended`.
 */
export const handleStartImport: Handle<typeof startImport> = ({ importId, conversation }, { caller, at }) =>
  contend(async () => {
    checkRoles(conversation);
    const found = await findImport(caller.tenant, importId);
    if (found) {
      checkSameStart(found, hashOfConversation(conversation));
      return { body: toImportState(importId, found), replayed: true };
    }
    const started = await createImport(caller.tenant, importId, conversation, { by: caller.userId, at });
    return started && { body: toImportState(importId, started) };
  });
