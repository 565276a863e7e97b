import type { updateSettings } from '#contract/conversation-changes.ts';
import type { Handle } from '#runtime/service.ts';
import { expectedVersion } from '#runtime/version.ts';
import { changeFoundProfile } from './change-profile.ts';

export const handleUpdateSettings: Handle<typeof updateSettings> = async (
  { conversationId, version: said, ...change },
  request,
) => {
  const version = expectedVersion(said, request.ifMatch);
  const asked = [version, change];
  return changeFoundProfile({ conversationId, kind: 'settings_updated', version, change, asked }, request);
};
