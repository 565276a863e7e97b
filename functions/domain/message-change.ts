import type { MessageBody, MessageDraft } from '#contract/message-bodies.ts';
import { RESTORE_HOURS } from '#contract/messages.ts';
import type { Membership } from './membership.ts';
import { refusalToMove } from './message-parts.ts';
import { Refusal } from './refusal.ts';

/** What the decisions need to know of a message. */
export interface ChangeableMessage {
  readonly senderId: string;
  readonly body: MessageBody;
  readonly forwarded?: boolean;
}

/** How and when a message was deleted. */
export interface Deletion {
  readonly by: string;
  readonly at: number;
}

/** Roles that may delete what others said. */
const MODERATORS: readonly string[] = ['owner', 'admin'];

/** Why this user may not edit this message into `draft` at this time (ms); undefined when they may. What the server said is nobody's. */
export function refusalToEdit(
  { body: before, senderId, forwarded }: ChangeableMessage,
  userId: string,
  draft: MessageDraft,
  at: number,
): Refusal | undefined {
  if (before.type === 'deleted') return new Refusal('message.deleted');
  if (before.type === 'system' || senderId !== userId) return new Refusal('message.not_yours');
  if (forwarded) return new Refusal('message.not_editable');
  const invalid = (path: string, text: string) => new Refusal('request.invalid', { issues: [{ path, message: text }] });
  if (before.type !== draft.type) return invalid('body.type', `stays ${before.type}`);
  if ('mediaId' in before && 'mediaId' in draft && before.mediaId !== draft.mediaId)
    return invalid('body.mediaId', 'stays the same: send another message for another media');
  if (before.type === 'custom' && draft.type === 'custom' && before.name !== draft.name)
    return invalid('body.name', `stays ${before.name}`);
  return refusalToMove(before, draft, at);
}

/** Why this user may not delete this message; undefined when they may. */
export function refusalToDelete(message: ChangeableMessage, userId: string, { role }: Membership): Refusal | undefined {
  if (message.body.type === 'system') return new Refusal('message.not_yours');
  return message.senderId === userId || MODERATORS.includes(role) ? undefined : new Refusal('message.not_yours');
}

/** Why this user may not bring the message back; undefined when they may: only who deleted it, and not for ever. */
export function refusalToRestore(deletion: Deletion | undefined, userId: string, at: number): Refusal | undefined {
  if (!deletion || at - deletion.at > RESTORE_HOURS * 3_600_000) return new Refusal('message.not_restorable');
  return deletion.by === userId ? undefined : new Refusal('message.not_yours');
}
