import type { archiveConversation } from '#contract/conversation-changes.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalToArchive, rolesFrom } from '#domain/settings.ts';
import type { Handle } from '#runtime/service.ts';
import { setArchived } from '#table/conversation-change.ts';
import { answered, changeOnce, findRoomFor } from './change-conversation.ts';

/** Archives a conversation; one that is archived already stays so, and is answered like it. */
export const handleArchiveConversation: Handle<typeof archiveConversation> = async ({ conversationId }, request) => {
  const room = await findRoomFor(conversationId, request);
  const { head, member, profile } = room;
  const refusal = refusalToArchive(head.type, profile.settings, member.role);
  if (head.archivedAt !== undefined && !refusal) return answered(conversationId, room, { replayed: true });
  return changeOnce(
    conversationId,
    {
      what: { kind: 'conversation_archived' },
      asked: [],
      actorRoles: rolesFrom(member.role === 'owner' ? 'owner' : 'admin'),
      refusal,
      write: (stored) => setArchived(request.caller.tenant, stored, true),
      stale: () => new Refusal('conversation.archived'),
    },
    request,
  );
};
