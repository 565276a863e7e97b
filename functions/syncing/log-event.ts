import type { Event } from '#contract/events.ts';
import { messageIdOf } from '#contract/ids.ts';
import type { Message } from '#contract/messages.ts';
import type { Summary } from '#domain/thread.ts';
import type { BodyChange, StoredChange } from '#table/log/change.ts';
import { toReaction } from '#table/message.ts';
import { toSummary } from '#table/message-thread.ts';

/** How a message that took a number is told: what the server says of members has events of its own. */
export function messageEvent(message: Message): Event {
  const { conversationId, seq, body } = message;
  const place = { conversationId, seq };
  if (body.type !== 'system') return { type: 'message:created', ...place, message };
  const { kind, userIds, roles = [] } = body;
  switch (kind) {
    case 'conversation_created':
    case 'participants_added':
    case 'participant_joined':
      return { type: 'participant:added', ...place, userIds, message };
    case 'participants_removed':
    case 'participant_left':
    case 'participant_banned':
      return { type: 'participant:removed', ...place, userIds, message };
    case 'role_changed':
    case 'ownership_taken':
      return { type: 'participant:updated', ...place, participants: roles, message };
    default:
      return { type: 'message:created', ...place, message };
  }
}

/** How a change of a message's body, at number `seq`, is told: by the message as it is now. */
export function bodyEvent(kind: BodyChange['kind'], seq: number, message: Message): Event {
  const { body, attachments, mentions, replyTo, forwardedFrom, version, editedAt, reactions, reactionsSeq } = message;
  return {
    type: kind === 'message_deleted' ? 'message:deleted' : 'message:updated',
    conversationId: message.conversationId,
    seq,
    messageId: message.id,
    patch: {
      ...{ body, attachments, mentions, replyTo, forwardedFrom, version, editedAt },
      // A deleted message shows none: whoever saw it so has to hear of them again.
      ...(kind === 'message_restored' ? { reactions, reactionsSeq } : {}),
    },
  };
}

/** How any other change is told: what it says is in its entry. */
export function changeEvent(
  conversationId: string,
  seq: number,
  { u, a, d }: Pick<StoredChange, 'u' | 'a' | 'd'>,
): Event {
  const place = { conversationId, seq };
  const id = (of: number) => messageIdOf(conversationId, of);
  switch (d.kind) {
    case 'reaction_added':
    case 'reaction_removed': {
      const type = d.kind === 'reaction_added' ? 'reaction:added' : 'reaction:removed';
      return { type, ...place, messageId: id(d.seq), userId: u, reactions: d.reactions.map(toReaction) };
    }
    case 'conversation_updated':
      return { type: 'conversation:updated', ...place, patch: { ...d.after, version: d.version } };
    case 'settings_updated':
      return { type: 'settings:updated', ...place, patch: { ...d.after, version: d.version } };
    case 'conversation_archived':
      return { type: 'conversation:updated', ...place, patch: { archivedAt: new Date(a).toISOString() } };
    case 'conversation_restored':
      return { type: 'conversation:updated', ...place, patch: { archivedAt: null } };
    case 'pin_added':
      return {
        ...{ type: 'pin:added', ...place, messageId: id(d.message), pinnedBy: u },
        pinnedAt: new Date(a).toISOString(),
      };
    case 'pin_removed':
      return { type: 'pin:removed', ...place, messageId: id(d.message) };
    case 'pin_moved':
      return { type: 'pin:moved', ...place, messageIds: d.order.map(id) };
    default:
      throw new Error(`a ${d.kind} is told by its message`);
  }
}

/** How a thread is told behind the reply, or the change of one, that made its summary another. */
export const threadEvent = (conversationId: string, seq: number, root: number, summary: Summary): Event => ({
  type: seq === summary.f ? 'thread:created' : 'thread:updated',
  conversationId,
  seq,
  rootId: messageIdOf(conversationId, root),
  summary: toSummary(conversationId, summary),
});
