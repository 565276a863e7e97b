import type { MessageBody, MessageDraft } from '#contract/message-bodies.ts';
import type { TenantRules } from '#contract/tenant.ts';
import type { Membership } from './membership.ts';
import { isLive, refusalToMove } from './message-parts.ts';
import { Refusal } from './refusal.ts';

/** What the decisions need to know of a message. */
export interface ChangeableMessage {
  readonly senderId: string;
  readonly body: MessageBody;
  readonly forwarded?: boolean;
  /** When it was sent (ms). */
  readonly at: number;
}

/** How and when a message was deleted. */
export interface Deletion {
  readonly by: string;
  readonly at: number;
}

/** Roles that may delete what others said. */
const MODERATORS: readonly string[] = ['owner', 'admin'];

/** How long a tenant lets its users change what they said. */
export type Policy = TenantRules['changing'];

/** Who wants to change a message, and when (ms). */
export interface Actor {
  readonly userId: string;
  readonly at: number;
}

const isOver = (minutes: number | null, sentAt: number, at: number): boolean =>
  minutes !== null && at - sentAt >= minutes * 60_000;

/** Why this user may not edit this message into `draft`; undefined when they may. What the server said is nobody's; a live location moves as long as it lives. */
export function refusalToEdit(
  { body: before, senderId, forwarded, at: sentAt }: ChangeableMessage,
  { userId, at }: Actor,
  draft: MessageDraft,
  { editMinutes }: Policy,
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
  if (isOver(editMinutes, sentAt, at) && !isLive(before, at))
    return new Refusal('message.edit_window_over', { minutes: editMinutes });
  return refusalToMove(before, draft, at);
}

/** Why this user may not delete this message; undefined when they may: its author for a while, owners and admins where the tenant lets them. */
export function refusalToDelete(
  message: ChangeableMessage,
  { userId, at }: Actor,
  { role }: Membership,
  { deleteMinutes, moderatorsDelete }: Policy,
): Refusal | undefined {
  if (message.body.type === 'system') return new Refusal('message.not_yours');
  if (moderatorsDelete && MODERATORS.includes(role)) return undefined;
  if (message.senderId !== userId) return new Refusal('message.not_yours');
  return isOver(deleteMinutes, message.at, at)
    ? new Refusal('message.delete_window_over', { minutes: deleteMinutes })
    : undefined;
}

/** Why this user may not bring the message back; undefined when they may: only who deleted it, and not for ever. */
export function refusalToRestore(
  deletion: Deletion | undefined,
  { userId, at }: Actor,
  { restoreHours }: Policy,
): Refusal | undefined {
  if (!deletion || at - deletion.at > restoreHours * 3_600_000 || restoreHours === 0)
    return new Refusal('message.not_restorable');
  return deletion.by === userId ? undefined : new Refusal('message.not_yours');
}
