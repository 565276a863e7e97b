import type { revertSettings } from '#contract/conversation-changes.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { expectedVersion } from '#runtime/version.ts';
import { findVersion } from '#table/settings.ts';
import { findRoomFor } from './change-conversation.ts';
import { changeProfileOnce } from './change-profile.ts';

/** Takes the settings back to a version: name, description and metadata are no settings and stay. */
export const handleRevertSettings: Handle<typeof revertSettings> = async ({ conversationId, version: to }, request) => {
  const room = await findRoomFor(conversationId, request);
  const change = await findVersion(request.caller.tenant, conversationId, to);
  if (!change) throw new Refusal('settings.version_unknown');
  const version = request.ifMatch === undefined ? room.profile.version : expectedVersion(undefined, request.ifMatch);
  const asked = ['revert', to];
  return changeProfileOnce(room, { conversationId, kind: 'settings_updated', version, change, asked }, request);
};
