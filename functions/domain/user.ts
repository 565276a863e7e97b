import type { ProfileChange, User } from '#contract/users.ts';
import { Refusal } from './refusal.ts';

/** What a user may change of their profile. */
export interface Profile {
  readonly displayName?: string | undefined;
  readonly avatarMediaId?: string | undefined;
  readonly custom: Readonly<Record<string, string>>;
  readonly privacy: User['privacy'];
}

/** The profile of somebody who has said nothing but their name. */
export const firstProfile = (displayName: string | undefined): Profile => ({
  ...(displayName === undefined ? {} : { displayName }),
  custom: {},
  privacy: { lastSeen: 'everyone', readReceipts: true },
});

/** The profile after a change; what the change does not name stays. */
export const changedProfile = (profile: Profile, change: Omit<ProfileChange, 'version'>): Profile => {
  const { displayName = profile.displayName, avatarMediaId = profile.avatarMediaId, custom, privacy } = change;
  return {
    displayName: displayName ?? undefined,
    avatarMediaId: avatarMediaId ?? undefined,
    custom: custom ?? profile.custom,
    privacy: { ...profile.privacy, ...privacy },
  };
};

/**
 * Why somebody may not write to a direct conversation whose other member has blocked them; undefined when nobody has.
 * It says no more than that they may not: not who, and not since when.
 */
export const refusalOfBlocked = (membership: { readonly blocked?: boolean | undefined } | undefined) =>
  membership?.blocked ? new Refusal('message.forbidden') : undefined;
