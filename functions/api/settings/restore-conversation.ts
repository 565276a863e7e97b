import type { restoreConversation } from '#contract/conversation-changes.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalToArchive, rolesFrom } from '#domain/settings.ts';
import type { Handle } from '#runtime/service.ts';
import { setArchived } from '#table/conversation-change.ts';
import { changeOnce, findRoomFor } from './change-conversation.ts';

/** Restores an archived conversation: its number is one that only an archived one gives. */
export const handleRestoreConversation: Handle<typeof restoreConversation> = async ({ conversationId }, request) => {
  const { head, member, profile } = await findRoomFor(conversationId, request);
  const refusal =
    refusalToArchive(head.type, profile.settings, member.role) ??
    (head.archivedAt === undefined ? new Refusal('conversation.not_archived') : undefined);
  return changeOnce(
    conversationId,
    {
      what: { kind: 'conversation_restored' },
      asked: [],
      actorRoles: rolesFrom(member.role === 'owner' ? 'owner' : 'admin'),
      refusal,
      archived: true,
      write: (stored) => setArchived(request.caller.tenant, stored, false),
      stale: () => new Refusal('conversation.not_archived'),
    },
    request,
  );
};
