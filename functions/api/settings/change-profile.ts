import type { ConversationDetails } from '#contract/conversations.ts';
import { Refusal } from '#domain/refusal.ts';
import {
  changedProfile,
  differences,
  type Profile,
  type ProfileChange,
  refusalToChange,
  rolesFrom,
  rulesOf,
} from '#domain/settings.ts';
import type { Answer, Request } from '#runtime/service.ts';
import { changeProfile } from '#table/conversation-change.ts';
import { exchangeParts, KEPT } from '#table/media-kept.ts';
import { findSendable } from '#table/media-link.ts';
import { noteExpiring } from '#table/retention-registry.ts';
import { type Room, toDetails } from '#table/settings.ts';
import { rulesOf as tenantRulesOf } from '#table/tenant-settings.ts';
import { answered, changeOnce, findRoomFor } from './change-conversation.ts';

/** Tries of a change whose picture is being sent about meanwhile. */
const ROUNDS = 8;

/** A change of the profile or settings, as it was asked for. */
export interface Asked {
  readonly conversationId: string;
  readonly kind: 'conversation_updated' | 'settings_updated';
  /** The version that is changed. */
  readonly version: number;
  readonly change: ProfileChange;
  /** What tells this request from another under the same operation id. */
  readonly asked: readonly unknown[];
}

/**
 * Changes profile or settings from the version the caller knew. A change that changes nothing stores nothing. Raises
 * `conversation.version_conflict` with the current state, and what `refusalToChange` says.
 */
export async function changeProfileOnce(
  room: Room,
  { conversationId, kind, version, change, asked }: Asked,
  request: Request,
): Promise<Answer<ConversationDetails>> {
  const { tenant } = request.caller;
  const { head, member, profile } = room;
  const { version: _, ...before } = profile;
  const after: Profile = changedProfile(before, change);
  const changed = differences(before, after);
  const conflict = (now: Room) =>
    new Refusal('conversation.version_conflict', { current: toDetails(conversationId, now) });
  const refusal =
    refusalToChange(head.type, before, after, member.role) ??
    (head.archivedAt === undefined ? undefined : new Refusal('conversation.archived')) ??
    (profile.version === version ? undefined : conflict(room)) ??
    (await refusalOfRetention(before, after, request)) ??
    (await refusalOfAvatar(before, after, request));
  if (!refusal && Object.keys(changed.after).length === 0) return answered(conversationId, room);

  if (!refusal && after.settings.retentionDays !== null && changed.after.retentionDays !== undefined)
    await noteExpiring(tenant);
  const picturesOf = ({ settings: { avatarId } }: Profile) =>
    avatarId === null ? [] : [KEPT.asPictureOf(conversationId, avatarId)];
  const pictures = { before: picturesOf(before), after: picturesOf(after) };
  const rules = rulesOf(after.settings);
  const onHead =
    after.name !== before.name || JSON.stringify(rules) !== JSON.stringify(rulesOf(before.settings))
      ? { name: after.name, rules }
      : undefined;
  return changeOnce(
    conversationId,
    {
      what: { kind, ...changed, version: version + 1 },
      asked,
      actorRoles: rolesFrom(member.role),
      refusal,
      write: async (stored) => {
        for (let round = 1; round <= ROUNDS; round++) {
          const parts = await exchangeParts(tenant, pictures, stored.at);
          const written = await changeProfile(tenant, stored, { ...after, version: version + 1 }, { onHead, parts });
          if (written !== 'part') return written;
        }
        throw new Refusal('service.contended');
      },
      stale: conflict,
    },
    request,
  );
}

/** Why messages may not be kept that long; undefined when they may. */
async function refusalOfRetention(
  before: Profile,
  after: Profile,
  { caller, at }: Request,
): Promise<Refusal | undefined> {
  const days = after.settings.retentionDays;
  if (days === null || days === before.settings.retentionDays) return undefined;
  const { maxDays } = (await tenantRulesOf(caller.tenant, at)).retention;
  return maxDays !== null && days > maxDays ? new Refusal('settings.retention_too_long', { maxDays }) : undefined;
}

/** Why the avatar may not be shown here; undefined when it may. It is the caller's to use, and then the members' to see. */
async function refusalOfAvatar(before: Profile, after: Profile, { caller }: Request): Promise<Refusal | undefined> {
  const { avatarId } = after.settings;
  if (avatarId === null || avatarId === before.settings.avatarId) return undefined;
  const media = await findSendable(caller.tenant, avatarId, caller.userId);
  if (!media?.contentType.startsWith('image/')) return new Refusal('message.media_unusable', { mediaId: avatarId });
  return undefined;
}

/** As `changeProfileOnce`, for a conversation not yet read. */
export const changeFoundProfile = async (asked: Asked, request: Request): Promise<Answer<ConversationDetails>> =>
  changeProfileOnce(await findRoomFor(asked.conversationId, request), asked, request);
